/// Draws what a run produced: the training curves and the confusion matrix.
module Mnist.Pictures

open System
open System.IO
open Keras.FSharp
open ScottPlot
open SkiaSharp

/// Makes a font without serifs the default: what ScottPlot takes by itself on Linux may have them.
let private chooseFont () : unit =
    let installed = SKFontManager.Default.FontFamilies |> set

    [ "Segoe UI"; "Helvetica"; "Arial"; "Noto Sans"; "DejaVu Sans" ]
    |> List.tryFind installed.Contains
    |> Option.iter (fun name -> Fonts.Default <- name)

/// Loss and accuracy by epoch, for training and validation data.
let curves (path: string) (history: History) : unit =
    chooseFont ()
    let multiplot = Multiplot()
    multiplot.AddPlots 2
    let count = history.Epochs.Length
    // Whole epochs, at most a dozen of them named.
    let ticks = [| 1 .. (count + 11) / 12 .. count |]

    let draw (index: int) (title: string) (key: string) (legend: Alignment) =
        let plot = multiplot.GetPlot index

        for name, label in [ key, "training"; "val_" + key, "validation" ] do
            match history.Values |> List.tryFind (fun (k, _) -> k = name) with
            | Some(_, values) ->
                let line = plot.Add.Scatter(Array.init values.Length (fun i -> float (i + 1)), List.toArray values)
                line.LegendText <- label
                line.LineWidth <- 2f
                line.MarkerSize <- 7f
            | None -> ()

        plot.Axes.Bottom.TickGenerator <- TickGenerators.NumericManual(Array.map float ticks, Array.map string ticks)
        plot.Axes.SetLimitsX(0.5, float count + 0.5)
        plot.Title(title, 18f)
        plot.XLabel("epoch", 14f)
        plot.ShowLegend legend |> ignore

    draw 0 "Loss" "loss" Alignment.UpperRight
    draw 1 "Accuracy" "accuracy" Alignment.LowerRight
    multiplot.Layout <- MultiplotLayouts.Columns()
    multiplot.SavePng(path, 1000, 420) |> ignore

/// How often each digit was taken for which.
let confusion (path: string) (labels: int[]) (predicted: int[]) : unit =
    chooseFont ()
    let counts = Array2D.zeroCreate<float> 10 10
    Array.iter2 (fun l p -> counts[l, p] <- counts[l, p] + 1.0) labels predicted

    // Shades follow the share of each digit's images, on a root scale, so that the rare mistakes can be seen.
    let shades =
        Array2D.init 10 10 (fun row column ->
            let total = Seq.sum (seq { for k in 0..9 -> counts[row, k] })
            if total = 0.0 then 0.0 else Math.Sqrt(counts[row, column] / total))

    let plot = new Plot()
    let map = plot.Add.Heatmap shades
    map.Colormap <- Colormaps.Blues().Reversed()
    map.FlipVertically <- false

    for row in 0..9 do
        for column in 0..9 do
            if counts[row, column] > 0.0 then
                let text = plot.Add.Text(string (int counts[row, column]), float column, float (9 - row))
                text.LabelAlignment <- Alignment.MiddleCenter
                text.LabelFontSize <- 14f

                text.LabelFontColor <- if shades[row, column] > 0.5 then Colors.White else Colors.Black

    let ticks (label: int -> string) = TickGenerators.NumericManual(Array.init 10 float, Array.init 10 label)

    plot.Axes.Bottom.TickGenerator <- ticks string
    plot.Axes.Left.TickGenerator <- ticks (fun i -> string (9 - i))
    plot.Axes.Margins(0.0, 0.0)
    plot.XLabel("predicted", 14f)
    plot.YLabel("label", 14f)
    let right = Array.map2 (fun l p -> if l = p then 1 else 0) labels predicted |> Array.sum
    plot.Title($"{right} of {labels.Length} digits recognized", 18f)
    plot.HideGrid()
    plot.SavePng(path, 640, 640) |> ignore
