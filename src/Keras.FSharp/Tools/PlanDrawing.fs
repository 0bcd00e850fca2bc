/// The drawing of a plan: one row per step from top to bottom; on the left what it is and what it costs, on the right the
/// arena, in which each piece of memory is a rectangle from the step that writes it to the last one that reads it.
[<RequireQualifiedAccess>]
module internal Keras.FSharp.PlanDrawing

open System
open System.Globalization
open System.Net
open System.Text

let private row = 16.0
let private top = 56.0
let private labelWidth = 420.0
let private barWidth = 90.0
let private arenaWidth = 520.0
let private gap = 14.0

let private size (bytes: int64) : string =
    let invariant (x: float) (unit: string) = x.ToString("0.#", CultureInfo.InvariantCulture) + " " + unit

    if bytes < 1024L then invariant (float bytes) "B"
    elif bytes < 1048576L then invariant (float bytes / 1024.0) "KiB"
    else invariant (float bytes / 1048576.0) "MiB"

/// The drawing, for a function of this name.
let svg (name: string) (r: ProgramReport) : string =
    let text = StringBuilder()
    let put (s: FormattableString) = text.AppendLine(s.ToString CultureInfo.InvariantCulture) |> ignore
    let escape (s: string) = WebUtility.HtmlEncode s
    let cut n (s: string) = if s.Length > n then s.Substring(0, n) + "…" else s
    let costAt = labelWidth + gap
    let bytesAt = costAt + barWidth + gap
    let arenaAt = bytesAt + barWidth + 2.0 * gap
    let width = arenaAt + arenaWidth + gap
    let height = top + row * float r.Steps.Length + gap
    let y (step: int) = top + row * float step

    // Square roots, so that small steps can still be told apart.
    let bar (x: float) (largest: float) = if largest <= 0.0 || x <= 0.0 then 0.0 else barWidth * Math.Sqrt(x / largest)

    let mostFlops = Seq.append [ 0.0 ] (r.Steps |> Seq.map (fun s -> s.Flops)) |> Seq.max
    let mostBytes = Seq.append [ 0L ] (r.Steps |> Seq.map (fun s -> s.Bytes)) |> Seq.max |> float

    put $"""<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif">"""
    put $"""<rect width="{width}" height="{height}" fill="white"/>"""

    let title =
        $"{name}: {r.Steps.Length} steps, arena {size r.ArenaBytes}, constants {size r.ConstantBytes}, "
        + $"{r.Inputs} inputs ({r.TakenOver} taken over), {r.Results} results ({r.Copied} copied)"

    put $"""<text x="{gap}" y="20" font-size="14" font-weight="bold">{escape title}</text>"""

    for x, head in [ gap, "step"; costAt, "operations"; bytesAt, "bytes"; arenaAt, $"arena, 0 to {size r.ArenaBytes}" ] do
        put $"""<text x="{x}" y="{top - 10.0}" font-size="11" fill="#555">{escape head}</text>"""

    let rectangle (x: float) (y: float) (w: float) (h: float) (colour: string) (hint: string) =
        put
            $"""<rect x="{x:F1}" y="{y:F1}" width="{w:F1}" height="{h:F1}" fill="{colour}"><title>{escape hint}</title></rect>"""

    for i in 0 .. r.Steps.Length - 1 do
        let s = r.Steps[i]
        let hint = $"{s.Label} {s.Types}\nin {s.Places}\n{s.Scope}\n{s.Alone}".TrimEnd()

        if i % 2 = 1 then
            put $"""<rect x="0" y="{y i}" width="{width}" height="{row}" fill="#f6f6f6"/>"""

        let label = cut 62 $"{i} {s.Label}"
        put $"""<text x="{gap}" y="{y i + 12.0}" font-size="11">{escape label}<title>{escape hint}</title></text>"""
        let colour = if s.Members.IsEmpty then "#4878a8" else "#e08a3c"
        rectangle costAt (y i + 3.0) (bar s.Flops mostFlops) (row - 6.0) colour $"{s.Flops:F0} operations"
        rectangle bytesAt (y i + 3.0) (bar (float s.Bytes) mostBytes) (row - 6.0) colour (size s.Bytes)

    let scale = arenaWidth / float (max 1L r.ArenaBytes)

    for b in r.Blocks do
        let producer = r.Steps[b.From]
        // Neighbours in time share a colour only by chance.
        let hue = b.From * 47 % 360
        let w = max 1.0 (float b.Bytes * scale)
        let h = row * float (b.To - b.From + 1) - 1.0
        let hint = $"{size b.Bytes} at {b.Offset}, steps {b.From} to {b.To}: {producer.Label}"
        rectangle (arenaAt + float b.Offset * scale) (y b.From) w h $"hsl({hue},55%%,65%%)" hint

    put $"""</svg>"""
    text.ToString()
