using Keras.Layers;

namespace Keras.Tests;

/// <summary>Layers and models of a user's own, as the tests use them.</summary>
internal static class Own
{
    /// <summary>A dense layer by hand, which counts its calls in training.</summary>
    /// <param name="units">The size of the output.</param>
    /// <param name="activation">The activation.</param>
    /// <param name="name">The name.</param>
    public sealed class Linear(int units, ActivationFunction? activation = null, string? name = null) : Layer(name)
    {
        private Variable? kernel;
        private Variable? bias;
        private Variable? calls;

        public override IReadOnlyDictionary<string, object?> GetConfig() =>
            new OrderedDictionary<string, object?>(base.GetConfig()) { ["units"] = units, ["activation"] = activation };

        protected override void Build(Shape inputShape)
        {
            kernel = AddWeight("kernel", [inputShape[^1], units], "he_normal");
            bias = AddWeight("bias", [units], "zeros");
            calls = AddWeight("calls", [], "zeros", trainable: false);
        }

        protected override Tensor Call(Tensor x, bool training)
        {
            if (training)
                calls!.Assign(calls + 1);

            var y = Ops.Matmul(x, kernel!) + bias!;
            return activation is null ? Ops.Relu(y) : activation.Apply(y);
        }
    }

    /// <summary>Two dense layers, of which the second comes after <c>layers</c> in the alphabet.</summary>
    public class TwoLayers : Model
    {
        private readonly Dense hidden = new(8, activation: "relu");
        private readonly Dense output = new(2, activation: "softmax");

        protected override Tensor Call(Tensor x, bool training) => output.Apply(hidden.Apply(x));
    }

    /// <summary>A layer whose parts stand in a list, and one that is made when it is built.</summary>
    public sealed class Block : Layer
    {
        private readonly List<Layer> stages = [new Linear(4), new Dense(4), new Linear(3)];

        public BatchNormalization? Norm { get; private set; }

        protected override void Build(Shape inputShape) => Norm = new BatchNormalization();

        protected override Tensor Call(Tensor x, bool training) =>
            Norm!.Apply(stages.Aggregate(x, (y, stage) => stage.Apply(y)));
    }
}
