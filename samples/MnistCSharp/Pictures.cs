using Keras;
using ScottPlot;
using ScottPlot.TickGenerators;
using SkiaSharp;

namespace MnistCSharp;

/// <summary>Draws what a run produced: the training curves and the confusion matrix.</summary>
internal static class Pictures
{
    // What ScottPlot takes by itself on Linux may be a serif.
    private static readonly string[] Sans = ["Segoe UI", "Helvetica", "Arial", "Noto Sans", "DejaVu Sans"];

    static Pictures() =>
        Fonts.Default = Sans.FirstOrDefault(SKFontManager.Default.FontFamilies.Contains) ?? Fonts.Default;

    /// <summary>Loss and accuracy by epoch, for training and validation data.</summary>
    public static void Curves(string path, History history)
    {
        var multiplot = new Multiplot();
        multiplot.AddPlots(2);
        Draw(multiplot.GetPlot(0), "Loss", "loss", Alignment.UpperRight);
        Draw(multiplot.GetPlot(1), "Accuracy", "accuracy", Alignment.LowerRight);
        multiplot.Layout = new ScottPlot.MultiplotLayouts.Columns();
        multiplot.SavePng(path, 1000, 420);

        void Draw(Plot plot, string title, string key, Alignment legend)
        {
            foreach (var (name, label) in new[] { (key, "training"), ("val_" + key, "validation") })
            {
                if (!history.Values.TryGetValue(name, out var values))
                    continue;

                var line = plot.Add.Scatter(values.Select((_, i) => i + 1.0).ToArray(), values.ToArray());
                line.LegendText = label;
                line.LineWidth = 2;
                line.MarkerSize = 7;
            }

            // Whole epochs, at most a dozen of them named.
            var count = history.Epochs.Count;
            var step = (count + 11) / 12;
            double[] epochs = [.. Enumerable.Range(1, count).Where(e => (e - 1) % step == 0)];
            plot.Axes.Bottom.TickGenerator = new NumericManual(epochs, [.. epochs.Select(e => $"{e}")]);
            plot.Axes.SetLimitsX(0.5, count + 0.5);
            plot.Title(title, 18);
            plot.XLabel("epoch", 14);
            plot.ShowLegend(legend);
        }
    }

    /// <summary>How often each digit was taken for which.</summary>
    public static void Confusion(string path, int[] labels, int[] predicted)
    {
        var counts = new int[10, 10];

        foreach (var (label, guess) in labels.Zip(predicted))
            counts[label, guess]++;

        // Shades follow the share of each digit's images, on a root scale, so that the rare mistakes can be seen.
        var shades = new double[10, 10];

        for (var row = 0; row < 10; row++)
        {
            var total = Enumerable.Range(0, 10).Sum(k => counts[row, k]);

            for (var column = 0; column < 10; column++)
                shades[row, column] = Math.Sqrt((double)counts[row, column] / Math.Max(1, total));
        }

        var plot = new Plot();
        var map = plot.Add.Heatmap(shades);
        map.Colormap = new ScottPlot.Colormaps.Blues().Reversed();

        for (var row = 0; row < 10; row++)
        for (var column = 0; column < 10; column++)
        {
            if (counts[row, column] == 0)
                continue;

            var text = plot.Add.Text($"{counts[row, column]}", column, 9 - row);
            text.LabelAlignment = Alignment.MiddleCenter;
            text.LabelFontSize = 14;
            text.LabelFontColor = shades[row, column] > 0.5 ? Colors.White : Colors.Black;
        }

        double[] places = [.. Enumerable.Range(0, 10)];
        plot.Axes.Bottom.TickGenerator = new NumericManual(places, [.. places.Select(p => $"{p}")]);
        plot.Axes.Left.TickGenerator = new NumericManual(places, [.. places.Select(p => $"{9 - p}")]);
        plot.Axes.Margins(0, 0);
        plot.XLabel("predicted", 14);
        plot.YLabel("label", 14);
        plot.Title($"{labels.Zip(predicted).Count(p => p.First == p.Second)} of {labels.Length} digits recognized", 18);
        plot.HideGrid();
        plot.SavePng(path, 640, 640);
    }
}
