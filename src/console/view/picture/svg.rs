//! A picture as SVG.

use std::fmt::Write;

use super::shapes::{CELL_H, CELL_W, Picture, Rgb, Shape, blend};

const PAD: f32 = 14.0;
const BAR: f32 = 34.0;
const FONT: &str = "'JetBrains Mono','SF Mono',Menlo,Consolas,'DejaVu Sans Mono',Hack,monospace";

impl Picture {
    /// The whole SVG document. The same cells give the same bytes.
    pub fn svg(&self) -> String {
        let (width, height) = (
            f32::from(self.columns) * CELL_W,
            f32::from(self.rows) * CELL_H,
        );
        let (full_w, full_h) = (width + 2.0 * PAD, height + BAR + PAD);
        let mut out = String::new();
        let (ground, bar) = (hex(self.look.background), hex(self.look.bar));
        let soft = hex(blend(self.look.text, self.look.bar, 0.65));
        let title = escape(&self.look.title);
        // Writing into a String cannot fail.
        let _ = write!(
            out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {full_w} {full_h}\" width=\"{full_w}\" \
             height=\"{full_h}\" role=\"img\" aria-label=\"{title}\">\n\
             <rect width=\"{full_w}\" height=\"{full_h}\" rx=\"10\" fill=\"{ground}\"/>\n\
             <path d=\"M0 26V10A10 10 0 0 1 10 0H{}A10 10 0 0 1 {full_w} 10V26z\" fill=\"{bar}\"/>\n\
             <g font-family=\"{FONT}\" font-size=\"16.4\">\n\
             <text x=\"{}\" y=\"18\" font-size=\"13\" text-anchor=\"middle\" fill=\"{soft}\">{title}</text>\n",
            full_w - 10.0,
            full_w / 2.0,
        );
        for (index, light) in ["#ff5f57", "#febc2e", "#28c840"].into_iter().enumerate() {
            let _ = writeln!(
                out,
                "<circle cx=\"{}\" cy=\"13\" r=\"5.5\" fill=\"{light}\"/>",
                18 + 19 * index
            );
        }
        let _ = writeln!(out, "<g transform=\"translate({PAD} {BAR})\">");
        self.body(&mut out);
        out.push_str("</g>\n</g>\n</svg>\n");
        out
    }

    /// Shapes of one kind and colour that follow each other share an element.
    fn body(&self, out: &mut String) {
        let mut open: Option<(Kind, Rgb)> = None;
        for shape in &self.shapes {
            let key = kind(shape);
            if open != key {
                close(out, open);
                start(out, key);
                open = key;
            }
            write_shape(out, shape);
        }
        close(out, open);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Fill,
    Dots,
    Line,
}

fn kind(shape: &Shape) -> Option<(Kind, Rgb)> {
    match shape {
        Shape::Rect { colour, .. } | Shape::Area { colour, .. } => Some((Kind::Fill, *colour)),
        Shape::Dots { colour, .. } => Some((Kind::Dots, *colour)),
        Shape::Line { colour, .. } => Some((Kind::Line, *colour)),
        Shape::Disc { .. } | Shape::Text { .. } => None,
    }
}

fn start(out: &mut String, key: Option<(Kind, Rgb)>) {
    let Some((kind, colour)) = key else { return };
    let colour = hex(colour);
    let step = num(CELL_W / 2.0);
    let _ = match kind {
        Kind::Fill => write!(out, "<path fill=\"{colour}\" d=\""),
        // Zero-length dashes with round ends are dots.
        Kind::Dots => write!(
            out,
            "<path fill=\"none\" stroke=\"{colour}\" stroke-width=\"3\" stroke-linecap=\"round\" stroke-dasharray=\"0 {step}\" d=\""
        ),
        Kind::Line => write!(
            out,
            "<path fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.2\" d=\""
        ),
    };
}

fn close(out: &mut String, key: Option<(Kind, Rgb)>) {
    if key.is_some() {
        out.push_str("\"/>\n");
    }
}

fn write_shape(out: &mut String, shape: &Shape) {
    let _ = match shape {
        Shape::Rect { x, y, w, h, .. } => {
            write!(
                out,
                "M{} {}h{}v{}h-{}z",
                num(*x),
                num(*y),
                num(*w),
                num(*h),
                num(*w)
            )
        }
        // A little longer than the last dot, so that rounding cannot lose it.
        Shape::Dots { x, y, n, .. } => {
            write!(
                out,
                "M{} {}h{}",
                num(*x),
                num(*y),
                num(f32::from(*n - 1) * CELL_W / 2.0 + 0.1)
            )
        }
        Shape::Line { points, .. } => write!(out, "{}", path(points)),
        Shape::Area { points, .. } => write!(out, "{}z", path(points)),
        Shape::Disc {
            x,
            y,
            r,
            ring: None,
            colour,
        } => {
            writeln!(
                out,
                "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\"/>",
                num(*x),
                num(*y),
                num(*r),
                hex(*colour)
            )
        }
        Shape::Disc {
            x,
            y,
            r,
            ring: Some(width),
            colour,
        } => writeln!(
            out,
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"/>",
            num(*x),
            num(*y),
            num(*r),
            hex(*colour),
            num(*width)
        ),
        Shape::Text {
            column,
            row,
            cells,
            text,
            colour,
            bold,
        } => {
            let (x, y) = (f32::from(*column) * CELL_W, f32::from(*row) * CELL_H + 15.2);
            let weight = if *bold { " font-weight=\"700\"" } else { "" };
            writeln!(
                out,
                "<text x=\"{}\" y=\"{}\" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{}\"{weight}>{}</text>",
                num(x),
                num(y),
                num(f32::from(*cells) * CELL_W),
                hex(*colour),
                escape(text)
            )
        }
    };
}

fn path(points: &[(f32, f32)]) -> String {
    let steps: Vec<String> = points
        .iter()
        .map(|(x, y)| format!("{} {}", num(*x), num(*y)))
        .collect();
    format!("M{}", steps.join("L"))
}

fn num(value: f32) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').into()
}

fn hex((red, green, blue): Rgb) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
