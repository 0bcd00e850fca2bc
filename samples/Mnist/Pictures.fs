/// Draws what a run produced: the training curves and the confusion matrix.
module Mnist.Pictures

open System
open System.IO
open Keras.FSharp
open ScottPlot

/// Loss and accuracy by epoch, for training and validation data.
let curves (path: string) (history: History) : unit =
    let multiplot = Multiplot()
    multiplot.AddPlots 2
    let epochs (values: float list) = values |> List.mapi (fun i _ -> float (i + 1)) |> List.toArray

    let draw (index: int) (title: string) (names: (string * string) list) =
        let plot = multiplot.GetPlot index

        for key, label in names do
            match history.Values |> List.tryFind (fun (k, _) -> k = key) with
            | Some(_, values) ->
                let line = plot.Add.Scatter(epochs values, List.toArray values)
                line.LegendText <- label
                line.LineWidth <- 2f
                line.MarkerSize <- 6f
            | None -> ()

        plot.Title title
        plot.XLabel "epoch"
        plot.Axes.Bottom.TickGenerator <- TickGenerators.NumericAutomatic(IntegerTicksOnly = true)
        plot.ShowLegend(if index = 0 then Alignment.UpperRight else Alignment.LowerRight) |> ignore

    draw 0 "Loss" [ "loss", "training"; "val_loss", "validation" ]
    draw 1 "Accuracy" [ "accuracy", "training"; "val_accuracy", "validation" ]
    multiplot.Layout <- MultiplotLayouts.Columns()
    multiplot.SavePng(path, 1000, 420) |> ignore

/// How often each digit was taken for which.
let confusion (path: string) (labels: int[]) (predicted: int[]) : unit =
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
                text.LabelFontSize <- 13f

                text.LabelFontColor <- if shades[row, column] > 0.5 then Colors.White else Colors.Black

    let ticks (label: int -> string) = TickGenerators.NumericManual(Array.init 10 float, Array.init 10 label)

    plot.Axes.Bottom.TickGenerator <- ticks string
    plot.Axes.Left.TickGenerator <- ticks (fun i -> string (9 - i))
    plot.XLabel "predicted"
    plot.YLabel "label"
    plot.Title "Confusion matrix"
    plot.HideGrid()
    plot.SavePng(path, 640, 600) |> ignore
