using Keras.FSharp;

namespace Keras;

/// <summary>A value and its gradients with respect to some variables or arguments.</summary>
/// <param name="Value">The value: a scalar.</param>
/// <param name="Gradients">A gradient for each.</param>
public readonly record struct GradientResult(Tensor Value, IReadOnlyList<Tensor> Gradients);

/// <summary>
/// Transformations of functions of tensors, for training loops of one's own: gradients, compilation, mapping. They nest in
/// any order.
/// </summary>
public static class Fn
{
    /// <summary>
    /// The value of a function and its gradients with respect to variables that it reads. What it writes to variables
    /// (moving statistics) is kept.
    /// </summary>
    /// <param name="loss">Gives a scalar.</param>
    /// <param name="variables">The variables.</param>
    public static GradientResult ValueAndGrad(Func<Tensor> loss, IEnumerable<Variable> variables)
    {
        var (value, _, gradients) = ValueAndGrad(() => (loss(), (IReadOnlyList<Tensor>)[]), variables);
        return new GradientResult(value, gradients);
    }

    /// <summary>As the function of a loss alone; also gives what was computed beside it, as the predictions.</summary>
    /// <param name="loss">Gives a scalar, and other tensors.</param>
    /// <param name="variables">The variables.</param>
    public static (Tensor Value, IReadOnlyList<Tensor> Others, IReadOnlyList<Tensor> Gradients) ValueAndGrad(
        Func<(Tensor Loss, IReadOnlyList<Tensor> Others)> loss,
        IEnumerable<Variable> variables
    )
    {
        Variable[] all = [.. variables];
        Variable[] written = [];

        var objective = Fs.Func<FSharp.Tensor[], Tuple<FSharp.Tensor, FSharp.Tensor[][]>>(values =>
        {
            using var scope = new VariableScope();

            for (var i = 0; i < all.Length; i++)
                scope.Set(all[i], values[i]);

            var (value, others) = loss();
            written = [.. scope.Written];

            return Tuple.Create(
                value.Core,
                new FSharp.Tensor[][] { Array.ConvertAll(written, scope.Get), Fs.Unwrap(others) }
            );
        });

        var (results, gradients) = Transform.valueAndGradAux(objective, Array.ConvertAll(all, v => v.Read()));
        var (value, updates) = results;

        for (var i = 0; i < written.Length; i++)
            written[i].Write(updates[0][i]);

        return (new Tensor(value), Fs.Wrap(updates[1]), Fs.Wrap(gradients));
    }

    /// <summary>The value of a function and its gradient.</summary>
    /// <param name="f">From a tensor to a scalar.</param>
    /// <param name="x">The argument.</param>
    public static (Tensor Value, Tensor Gradient) ValueAndGrad(Func<Tensor, Tensor> f, Tensor x)
    {
        var (value, gradient) = Transform.valueAndGrad(Core(f), x.Core);
        return (new Tensor(value), new Tensor(gradient));
    }

    /// <summary>The function that gives the gradient of a function.</summary>
    /// <param name="f">From a tensor to a scalar.</param>
    public static Func<Tensor, Tensor> Grad(Func<Tensor, Tensor> f)
    {
        var core = Core(f);
        return x => new Tensor(Transform.grad(core, x.Core));
    }

    /// <summary>The function that gives the gradients of a function of several tensors.</summary>
    /// <param name="f">From tensors to a scalar.</param>
    public static Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> Grad(Func<IReadOnlyList<Tensor>, Tensor> f)
    {
        var core = Fs.Func<FSharp.Tensor[], FSharp.Tensor>(xs => f(Fs.Wrap(xs)).Core);
        return xs => Fs.Wrap(Transform.grad(core, Fs.Unwrap(xs)));
    }

    /// <summary>
    /// The function compiled, once for each shape of its argument. It may read and write the variables of what is named in
    /// <paramref name="state"/>; other variables are constants to it.
    /// </summary>
    /// <param name="f">The function; pure but for the state.</param>
    /// <param name="state">Layers, models, optimizers and variables, built already.</param>
    public static Func<Tensor, Tensor> Jit(Func<Tensor, Tensor> f, params object[] state)
    {
        var compiled = new CompiledFunction(xs => [f(xs[0])], state);
        return x => compiled.Invoke([x])[0];
    }

    /// <summary>As the function of one tensor, of two.</summary>
    /// <param name="f">The function; pure but for the state.</param>
    /// <param name="state">Layers, models, optimizers and variables, built already.</param>
    public static Func<Tensor, Tensor, Tensor> Jit(Func<Tensor, Tensor, Tensor> f, params object[] state)
    {
        var compiled = new CompiledFunction(xs => [f(xs[0], xs[1])], state);
        return (x, y) => compiled.Invoke([x, y])[0];
    }

    /// <summary>As the function of one tensor, of any number of tensors to any number.</summary>
    /// <param name="f">The function; pure but for the state.</param>
    /// <param name="state">Layers, models, optimizers and variables, built already.</param>
    public static Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> Jit(
        Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> f,
        params object[] state
    ) => new CompiledFunction(f, state).Invoke;

    /// <summary>The function mapped over the first axis of its argument.</summary>
    /// <param name="f">The function of one row.</param>
    public static Func<Tensor, Tensor> Vmap(Func<Tensor, Tensor> f)
    {
        var core = Core(f);
        return x => new Tensor(Transform.vmap(core, x.Core));
    }

    /// <summary>The function, whose intermediate values are computed again for the gradient instead of kept.</summary>
    /// <param name="f">The function.</param>
    public static Func<Tensor, Tensor> Checkpoint(Func<Tensor, Tensor> f)
    {
        var core = Core(f);
        return x => new Tensor(Transform.checkpoint(core, x.Core));
    }

    /// <summary>The value of a function and its derivative along a tangent.</summary>
    /// <param name="f">The function.</param>
    /// <param name="x">The argument.</param>
    /// <param name="tangent">The direction, of the shape of the argument.</param>
    public static (Tensor Value, Tensor Derivative) Jvp(Func<Tensor, Tensor> f, Tensor x, Tensor tangent)
    {
        var (value, derivative) = Transform.jvp(Core(f), x.Core, tangent.Core);
        return (new Tensor(value), new Tensor(derivative));
    }

    private static Microsoft.FSharp.Core.FSharpFunc<FSharp.Tensor, FSharp.Tensor> Core(Func<Tensor, Tensor> f) =>
        Fs.Func<FSharp.Tensor, FSharp.Tensor>(x => f(new Tensor(x)).Core);
}
