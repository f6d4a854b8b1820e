//! From cells to shapes.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use super::boxes;
use crate::view::colour::rgb_of;

/// Red, green, blue.
pub type Rgb = (u8, u8, u8);

/// A cell's width; its height is twice that. The grid's unit everywhere here.
pub const CELL_W: f32 = 10.0;
/// A cell's height.
pub const CELL_H: f32 = 20.0;

/// Something to draw, in grid units from the upper left corner of the first cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// A filled rectangle.
    Rect {
        x: f32,
        y: f32,
        w: f32,
        h: f32,
        colour: Rgb,
    },
    /// Dots in a row, half a cell apart: the first one's centre, and how many.
    Dots { x: f32, y: f32, n: u16, colour: Rgb },
    /// A line through points.
    Line {
        points: Vec<(f32, f32)>,
        width: f32,
        colour: Rgb,
    },
    /// A filled outline.
    Area {
        points: Vec<(f32, f32)>,
        colour: Rgb,
    },
    /// A disc, or a ring where a stroke width is given.
    Disc {
        x: f32,
        y: f32,
        r: f32,
        ring: Option<f32>,
        colour: Rgb,
    },
    /// Letters from a cell's left edge over so many cells.
    Text {
        column: u16,
        row: u16,
        cells: u16,
        text: String,
        colour: Rgb,
        bold: bool,
    },
}

/// What a terminal adds to the cells.
#[derive(Debug, Clone)]
pub struct Look {
    /// In the window's title bar.
    pub title: String,
    /// Colour of cells without one.
    pub background: Rgb,
    /// Colour of text without one.
    pub text: Rgb,
    /// Colour of the title bar.
    pub bar: Rgb,
}

/// A picture ready to be written.
#[derive(Debug, Clone)]
pub struct Picture {
    pub(super) look: Look,
    pub(super) columns: u16,
    pub(super) rows: u16,
    pub(super) shapes: Vec<Shape>,
}

impl Picture {
    /// Walks the cells of `buffer`.
    pub fn new(buffer: &Buffer, look: Look) -> Self {
        let mut picture = Self {
            columns: buffer.area.width,
            rows: buffer.area.height,
            shapes: Vec::new(),
            look,
        };
        let width = usize::from(picture.columns.max(1));
        for (row, cells) in buffer.content.chunks(width).enumerate() {
            picture.grounds(row as u16, cells);
        }
        for (row, cells) in buffer.content.chunks(width).enumerate() {
            picture.dots(row as u16, cells);
            picture.marks(row as u16, cells);
        }
        picture
    }

    fn colours(&self, cell: &Cell) -> (Rgb, Rgb) {
        let pick = |colour: Color, default| rgb_of(colour).unwrap_or(default);
        let (mut fg, mut bg) = (
            pick(cell.fg, self.look.text),
            pick(cell.bg, self.look.background),
        );
        if cell.modifier.contains(Modifier::REVERSED) {
            std::mem::swap(&mut fg, &mut bg);
        }
        if cell.modifier.contains(Modifier::DIM) {
            fg = blend(fg, bg, 0.5);
        }
        (fg, bg)
    }

    /// Backgrounds that differ from the window's, neighbours merged.
    fn grounds(&mut self, row: u16, cells: &[Cell]) {
        let y = f32::from(row) * CELL_H;
        for (start, len, colour) in runs(cells, |cell| self.colours(cell).1) {
            if colour != self.look.background {
                let (x, w) = (start as f32 * CELL_W, len as f32 * CELL_W);
                self.shapes.push(Shape::Rect {
                    x,
                    y,
                    w,
                    h: CELL_H,
                    colour,
                });
            }
        }
    }

    /// Braille, row of dots by row of dots, neighbours merged.
    fn dots(&mut self, row: u16, cells: &[Cell]) {
        if !cells.iter().any(|cell| braille(cell).is_some()) {
            return;
        }
        for line in 0..4usize {
            let y = f32::from(row) * CELL_H + (line as f32 + 0.5) * CELL_H / 4.0;
            let mut run: Option<(usize, u16, Rgb)> = None;
            for (column, cell) in cells.iter().enumerate() {
                let bits = braille(cell).unwrap_or(0);
                for half in 0..2usize {
                    let bit = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]][half][line];
                    let colour = (bits & bit != 0).then(|| self.colours(cell).0);
                    match (&mut run, colour) {
                        (Some((_, n, current)), Some(colour)) if *current == colour => *n += 1,
                        (_, colour) => {
                            let at = column * 2 + half;
                            let ended =
                                std::mem::replace(&mut run, colour.map(|colour| (at, 1, colour)));
                            self.shapes.extend(ended.map(|ended| dot_run(ended, y)));
                        }
                    }
                }
            }
            self.shapes.extend(run.map(|run| dot_run(run, y)));
        }
    }

    /// Everything else: lines, blocks, marks and letters.
    fn marks(&mut self, row: u16, cells: &[Cell]) {
        let y = f32::from(row) * CELL_H;
        let mut open: Option<Run> = None;
        let mut skip = 0;
        for (column, cell) in cells.iter().enumerate() {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let symbol = cell.symbol();
            let (colour, ground) = self.colours(cell);
            let x = column as f32 * CELL_W;
            if cell.modifier.contains(Modifier::UNDERLINED) {
                self.shapes.push(Shape::Rect {
                    x,
                    y: y + 17.5,
                    w: CELL_W,
                    h: 1.2,
                    colour,
                });
            }
            let wide = super::super::freshness::cells(symbol).max(1);
            skip = wide - 1;
            let drawn = symbol
                .chars()
                .next()
                .filter(|_| wide == 1)
                .is_some_and(|symbol| {
                    braille(cell).is_some()
                        || boxes::shapes(symbol, (x, y), colour, ground, &mut self.shapes)
                });
            let bold = cell.modifier.contains(Modifier::BOLD);
            match &mut open {
                _ if drawn || symbol == " " => {
                    if let Some(run) = open.as_mut().filter(|run| symbol == " " && run.blanks < 1) {
                        run.blanks += 1;
                    } else {
                        self.shapes.extend(open.take().map(|run| run.shape(row)));
                    }
                }
                Some(run) if run.colour == colour && run.bold == bold => run.push(symbol, wide),
                _ => {
                    self.shapes.extend(open.take().map(|run| run.shape(row)));
                    open = Some(Run {
                        column,
                        text: symbol.into(),
                        cells: wide,
                        blanks: 0,
                        colour,
                        bold,
                    });
                }
            }
        }
        self.shapes.extend(open.map(|run| run.shape(row)));
    }
}

/// Letters of one style, with the blanks that followed them.
struct Run {
    column: usize,
    text: String,
    cells: usize,
    blanks: usize,
    colour: Rgb,
    bold: bool,
}

impl Run {
    fn push(&mut self, symbol: &str, wide: usize) {
        for _ in 0..std::mem::take(&mut self.blanks) {
            self.text.push(' ');
            self.cells += 1;
        }
        self.text.push_str(symbol);
        self.cells += wide;
    }

    fn shape(self, row: u16) -> Shape {
        let (column, cells) = (self.column as u16, self.cells as u16);
        Shape::Text {
            column,
            row,
            cells,
            text: self.text,
            colour: self.colour,
            bold: self.bold,
        }
    }
}

fn dot_run((at, n, colour): (usize, u16, Rgb), y: f32) -> Shape {
    Shape::Dots {
        x: (at as f32 + 0.5) * CELL_W / 2.0,
        y,
        n,
        colour,
    }
}

fn braille(cell: &Cell) -> Option<u8> {
    let code = u32::from(cell.symbol().chars().next()?);
    (0x2800..0x2900)
        .contains(&code)
        .then_some((code & 0xff) as u8)
}

/// Stretches of cells of which `of` says the same: start, length, what it says.
fn runs<T: PartialEq>(cells: &[Cell], of: impl Fn(&Cell) -> T) -> Vec<(usize, usize, T)> {
    let mut found: Vec<(usize, usize, T)> = Vec::new();
    for (column, cell) in cells.iter().enumerate() {
        let value = of(cell);
        match found.last_mut() {
            Some((_, len, last)) if *last == value => *len += 1,
            _ => found.push((column, 1, value)),
        }
    }
    found
}

/// `over` laid over `under`, `share` of it.
pub fn blend(over: Rgb, under: Rgb, share: f32) -> Rgb {
    let mix = |a: u8, b: u8| (f32::from(a) * share + f32::from(b) * (1.0 - share)).round() as u8;
    (
        mix(over.0, under.0),
        mix(over.1, under.1),
        mix(over.2, under.2),
    )
}
