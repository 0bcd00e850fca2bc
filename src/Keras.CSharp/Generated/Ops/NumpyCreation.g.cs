// Generated from the operations of Keras.FSharp by src/Keras.CSharp/Generator; do not edit.
#nullable enable

namespace Keras;

/// <content>Operations of one family.</content>
public static partial class Ops
{
    /// <summary>The numbers from <c>start</c> (0 where <c>stop</c> is left out) up to, not including, <c>stop</c>. int32 if all arguments are integers, else <c>floatx</c>. Keras: <c>keras.ops.arange</c>.</summary>
    public static Tensor Arange(Operand start, Operand? stop = null, Operand? step = null, DType? dtype = null) =>
        new(FSharp.NumpyCreation.arange(start.Core, Fs.Option(stop?.Core), Fs.Option(step?.Core), Fs.Option((FSharp.DType?)dtype)));

    /// <summary>The triangular window of <c>n</c> points. Keras: <c>keras.ops.bartlett</c>.</summary>
    public static Tensor Bartlett(int n) =>
        new(FSharp.NumpyCreation.bartlett(n));

    /// <summary>The Blackman window of <c>n</c> points. Keras: <c>keras.ops.blackman</c>.</summary>
    public static Tensor Blackman(int n) =>
        new(FSharp.NumpyCreation.blackman(n));

    /// <summary>A tensor whose elements do not matter (here: zeros). Keras: <c>keras.ops.empty</c>.</summary>
    public static Tensor Empty(Ints shape, DType? dtype = null) =>
        new(FSharp.NumpyCreation.empty(shape, Fs.Option((FSharp.DType?)dtype)));

    /// <summary>A tensor like <c>x</c> whose elements do not matter (here: zeros). Keras: <c>keras.ops.empty_like</c>.</summary>
    public static Tensor EmptyLike(Tensor x, DType? dtype = null) =>
        new(FSharp.NumpyCreation.emptyLike(x.Core, Fs.Option((FSharp.DType?)dtype)));

    /// <summary>[n, m] with ones on the <c>k</c>-th diagonal. Keras: <c>keras.ops.eye</c>.</summary>
    public static Tensor Eye(int n, int? m = null, int? k = null, DType? dtype = null) =>
        new(FSharp.NumpyCreation.eye(n, Fs.Option(m), Fs.Option(k), Fs.Option((FSharp.DType?)dtype)));

    /// <summary><c>fillValue</c> in the given shape; <c>floatx</c> unless <c>dtype</c> names another type. Keras: <c>keras.ops.full</c>.</summary>
    public static Tensor Full(Ints shape, Operand fillValue, DType? dtype = null) =>
        new(FSharp.NumpyCreation.full(shape, fillValue.Core, Fs.Option((FSharp.DType?)dtype)));

    /// <summary><c>fillValue</c> in the shape, and unless <c>dtype</c> is given the type, of <c>x</c>. Keras: <c>keras.ops.full_like</c>.</summary>
    public static Tensor FullLike(Tensor x, Operand fillValue, DType? dtype = null) =>
        new(FSharp.NumpyCreation.fullLike(x.Core, fillValue.Core, Fs.Option((FSharp.DType?)dtype)));

    /// <summary>Numbers in geometric progression from <c>start</c> to <c>stop</c>, both of one sign. Keras: <c>keras.ops.geomspace</c>.</summary>
    public static Tensor Geomspace(Operand start, Operand stop, int? num = null, bool? endpoint = null, DType? dtype = null, int? axis = null) =>
        new(FSharp.NumpyCreation.geomspace(start.Core, stop.Core, Fs.Option(num), Fs.Option(endpoint), Fs.Option((FSharp.DType?)dtype), Fs.Option(axis)));

    /// <summary>The Hamming window of <c>n</c> points. Keras: <c>keras.ops.hamming</c>.</summary>
    public static Tensor Hamming(int n) =>
        new(FSharp.NumpyCreation.hamming(n));

    /// <summary>The Hann window of <c>n</c> points. Keras: <c>keras.ops.hanning</c>.</summary>
    public static Tensor Hanning(int n) =>
        new(FSharp.NumpyCreation.hanning(n));

    /// <summary>The identity matrix. Keras: <c>keras.ops.identity</c>.</summary>
    public static Tensor Identity(int n, DType? dtype = null) =>
        new(FSharp.NumpyCreation.identity(n, Fs.Option((FSharp.DType?)dtype)));

    /// <summary>The Kaiser window of <c>n</c> points. Keras: <c>keras.ops.kaiser</c>.</summary>
    public static Tensor Kaiser(int n, double beta) =>
        new(FSharp.NumpyCreation.kaiser(n, beta));

    /// <summary><c>num</c> numbers evenly spaced from <c>start</c> to <c>stop</c> (without it if <c>endpoint</c> is false), along a new axis. Floats. Keras: <c>keras.ops.linspace</c>.</summary>
    public static Tensor Linspace(Operand start, Operand stop, int? num = null, bool? endpoint = null, DType? dtype = null, int? axis = null) =>
        new(FSharp.NumpyCreation.linspace(start.Core, stop.Core, Fs.Option(num), Fs.Option(endpoint), Fs.Option((FSharp.DType?)dtype), Fs.Option(axis)));

    /// <summary><c>base</c> to the power of evenly spaced numbers. Keras: <c>keras.ops.logspace</c>.</summary>
    public static Tensor Logspace(Operand start, Operand stop, int? num = null, bool? endpoint = null, double? @base = null, DType? dtype = null, int? axis = null) =>
        new(FSharp.NumpyCreation.logspace(start.Core, stop.Core, Fs.Option(num), Fs.Option(endpoint), Fs.Option(@base), Fs.Option((FSharp.DType?)dtype), Fs.Option(axis)));

    /// <summary>Ones; <c>floatx</c> unless <c>dtype</c> says otherwise. Keras: <c>keras.ops.ones</c>.</summary>
    public static Tensor Ones(Ints shape, DType? dtype = null) =>
        new(FSharp.NumpyCreation.ones(shape, Fs.Option((FSharp.DType?)dtype)));

    /// <summary>Ones like <c>x</c>. Keras: <c>keras.ops.ones_like</c>.</summary>
    public static Tensor OnesLike(Tensor x, DType? dtype = null) =>
        new(FSharp.NumpyCreation.onesLike(x.Core, Fs.Option((FSharp.DType?)dtype)));

    /// <summary>[n, m] with <c>true</c> (as ones) on and below the <c>k</c>-th diagonal. Keras: <c>keras.ops.tri</c>.</summary>
    public static Tensor Tri(int n, int? m = null, int? k = null, DType? dtype = null) =>
        new(FSharp.NumpyCreation.tri(n, Fs.Option(m), Fs.Option(k), Fs.Option((FSharp.DType?)dtype)));

    /// <summary>Zeros; <c>floatx</c> unless <c>dtype</c> says otherwise. Keras: <c>keras.ops.zeros</c>.</summary>
    public static Tensor Zeros(Ints shape, DType? dtype = null) =>
        new(FSharp.NumpyCreation.zeros(shape, Fs.Option((FSharp.DType?)dtype)));

    /// <summary>Zeros like <c>x</c>. Keras: <c>keras.ops.zeros_like</c>.</summary>
    public static Tensor ZerosLike(Tensor x, DType? dtype = null) =>
        new(FSharp.NumpyCreation.zerosLike(x.Core, Fs.Option((FSharp.DType?)dtype)));
}
