namespace Keras;

/// <summary>Holds the project's place until its first source file is here.</summary>
internal static class Placeholder;
