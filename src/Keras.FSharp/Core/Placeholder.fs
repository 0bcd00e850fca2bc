/// Holds the project's place until its first source file is listed.
module internal Keras.FSharp.CorePlaceholder
