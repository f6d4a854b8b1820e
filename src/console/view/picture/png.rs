//! A picture as PNG, twice the size of the grid.

use std::collections::HashMap;

use ab_glyph::{Font, FontRef, PxScale, ScaleFont, point};

use super::shapes::{CELL_H, CELL_W, Picture, Rgb, Shape, blend};

const SCALE: f32 = 2.0;
const PAD: f32 = 14.0;
const BAR: f32 = 34.0;

/// Why a PNG could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PngError {
    /// The embedded typeface cannot be read.
    #[error("cannot read the embedded typeface: {0}")]
    Font(#[from] ab_glyph::InvalidFont),
    /// The picture cannot be encoded.
    #[error("cannot encode the picture: {0}")]
    Encoding(#[from] png::EncodingError),
}

impl Picture {
    /// The bytes of the PNG file. The same cells give the same bytes.
    ///
    /// # Errors
    /// When the typeface or the encoder refuses.
    pub fn png(&self) -> Result<Vec<u8>, PngError> {
        let width = f32::from(self.columns) * CELL_W + 2.0 * PAD;
        let height = f32::from(self.rows) * CELL_H + BAR + PAD;
        let mut canvas = Canvas::new(width, height, self.look.background)?;
        canvas.rect((0.0, 0.0, width, 26.0), self.look.bar);
        for (index, light) in [(255, 95, 87), (254, 188, 46), (40, 200, 64)]
            .into_iter()
            .enumerate()
        {
            canvas.disc((18.0 + 19.0 * index as f32, 13.0), 5.5, None, light);
        }
        let title_w = self.look.title.chars().count() as f32 * CELL_W;
        let soft = blend(self.look.text, self.look.bar, 0.65);
        canvas.text(
            ((width - title_w) / 2.0, 3.0),
            &self.look.title,
            soft,
            false,
        );
        canvas.origin = (PAD, BAR);
        for shape in &self.shapes {
            canvas.draw(shape);
        }
        canvas.encode()
    }
}

/// Pixels, and the typeface.
struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<Rgb>,
    /// Added to every coordinate, in grid units.
    origin: (f32, f32),
    font: FontRef<'static>,
    glyphs: HashMap<(char, bool), Glyph>,
}

/// Coverage of a rasterised letter, from its offset in the cell.
#[derive(Clone, Default)]
struct Glyph {
    pixels: Vec<(i32, i32, f32)>,
}

impl Canvas {
    fn new(width: f32, height: f32, ground: Rgb) -> Result<Self, PngError> {
        let (width, height) = (
            (width * SCALE).ceil() as usize,
            (height * SCALE).ceil() as usize,
        );
        let font = FontRef::try_from_slice(epaint_default_fonts::HACK_REGULAR)?;
        let pixels = vec![ground; width * height];
        Ok(Self {
            width,
            height,
            pixels,
            origin: (0.0, 0.0),
            font,
            glyphs: HashMap::new(),
        })
    }

    fn draw(&mut self, shape: &Shape) {
        match shape {
            Shape::Rect { x, y, w, h, colour } => self.rect((*x, *y, *w, *h), *colour),
            Shape::Dots { x, y, n, colour } => {
                for step in 0..*n {
                    self.disc((x + f32::from(step) * CELL_W / 2.0, *y), 1.5, None, *colour);
                }
            }
            Shape::Line {
                points,
                width,
                colour,
            } => self.line(points, *width, *colour),
            Shape::Area { points, colour } => self.area(points, *colour),
            Shape::Disc {
                x,
                y,
                r,
                ring,
                colour,
            } => self.disc((*x, *y), *r, *ring, *colour),
            Shape::Text {
                column,
                row,
                text,
                colour,
                bold,
                ..
            } => {
                self.text(
                    (f32::from(*column) * CELL_W, f32::from(*row) * CELL_H),
                    text,
                    *colour,
                    *bold,
                );
            }
        }
    }

    /// Lays `colour` over the pixels of a box (grid units), as much as `cover` says of a pixel's
    /// centre (pixels).
    fn cover(
        &mut self,
        (left, top, right, bottom): (f32, f32, f32, f32),
        colour: Rgb,
        cover: impl Fn(f32, f32) -> f32,
    ) {
        let (ox, oy) = self.origin;
        let clamp = |value: f32, most: usize| (value.max(0.0) as usize).min(most);
        let columns = clamp(((left + ox) * SCALE).floor(), self.width)
            ..clamp(((right + ox) * SCALE).ceil(), self.width);
        let rows = clamp(((top + oy) * SCALE).floor(), self.height)
            ..clamp(((bottom + oy) * SCALE).ceil(), self.height);
        for row in rows {
            for column in columns.clone() {
                let x = (column as f32 + 0.5) / SCALE - ox;
                let y = (row as f32 + 0.5) / SCALE - oy;
                let share = cover(x, y).clamp(0.0, 1.0);
                if share > 0.0 {
                    let pixel = &mut self.pixels[row * self.width + column];
                    *pixel = blend(colour, *pixel, share);
                }
            }
        }
    }

    fn rect(&mut self, (x, y, w, h): (f32, f32, f32, f32), colour: Rgb) {
        let half = 0.5 / SCALE;
        let share = |at: f32, from: f32, to: f32| {
            ((at + half).min(to) - (at - half).max(from)).max(0.0) * SCALE
        };
        self.cover((x, y, x + w, y + h), colour, |px, py| {
            share(px, x, x + w) * share(py, y, y + h)
        });
    }

    fn disc(&mut self, (x, y): (f32, f32), r: f32, ring: Option<f32>, colour: Rgb) {
        let edge = r + ring.unwrap_or(0.0) / 2.0 + 1.0;
        self.cover(
            (x - edge, y - edge, x + edge, y + edge),
            colour,
            |px, py| {
                let from_centre = (px - x).hypot(py - y);
                let inside = ring.map_or(r - from_centre, |width| {
                    width / 2.0 - (from_centre - r).abs()
                });
                inside * SCALE + 0.5
            },
        );
    }

    fn line(&mut self, points: &[(f32, f32)], width: f32, colour: Rgb) {
        let near = |px: f32, py: f32| {
            points
                .windows(2)
                .map(|pair| to_segment((px, py), pair[0], pair[1]))
                .fold(f32::MAX, f32::min)
        };
        self.cover(bounds(points, width), colour, |px, py| {
            (width / 2.0 - near(px, py)) * SCALE + 0.5
        });
    }

    fn area(&mut self, points: &[(f32, f32)], colour: Rgb) {
        self.cover(bounds(points, 0.0), colour, |px, py| {
            let offsets = [-0.375, -0.125, 0.125, 0.375].map(|offset| offset / SCALE);
            let hits = offsets
                .iter()
                .flat_map(|dx| offsets.iter().map(move |dy| (px + dx, py + dy)));
            hits.filter(|at| inside(*at, points)).count() as f32 / 16.0
        });
    }

    fn text(&mut self, (x, y): (f32, f32), text: &str, colour: Rgb, bold: bool) {
        let mut column = 0.0;
        for letter in text.chars() {
            let left = ((x + column + self.origin.0) * SCALE).round() as i32;
            let top = ((y + self.origin.1) * SCALE).round() as i32;
            let glyph = self.glyph(letter, bold);
            for (dx, dy, share) in &glyph.pixels {
                let (px, py) = (left + dx, top + dy);
                if px >= 0 && py >= 0 && (px as usize) < self.width && (py as usize) < self.height {
                    let pixel = &mut self.pixels[py as usize * self.width + px as usize];
                    *pixel = blend(colour, *pixel, share.clamp(0.0, 1.0));
                }
            }
            column += CELL_W
                * super::super::freshness::cells(letter.encode_utf8(&mut [0; 4])).max(1) as f32;
        }
    }

    /// The letter, rasterised once. The typeface has no bold: a second stroke half a pixel beside.
    fn glyph(&mut self, letter: char, bold: bool) -> Glyph {
        if let Some(glyph) = self.glyphs.get(&(letter, bold)) {
            return glyph.clone();
        }
        let id = self.font.glyph_id(letter);
        let advance = self.font.h_advance_unscaled(self.font.glyph_id('0'));
        let scale = PxScale::from(CELL_W * SCALE / advance * self.font.height_unscaled());
        let scaled = self.font.as_scaled(scale);
        let baseline = (CELL_H * SCALE - scaled.height()) / 2.0 + scaled.ascent();
        let mut glyph = Glyph::default();
        for shift in if bold { &[0.0, 0.9][..] } else { &[0.0][..] } {
            let Some(outline) = self
                .font
                .outline_glyph(id.with_scale_and_position(scale, point(*shift, baseline)))
            else {
                continue;
            };
            let corner = outline.px_bounds().min;
            outline.draw(|x, y, share| {
                glyph.pixels.push((
                    (corner.x + x as f32) as i32,
                    (corner.y + y as f32) as i32,
                    share,
                ));
            });
        }
        self.glyphs.insert((letter, bold), glyph.clone());
        glyph
    }

    fn encode(self) -> Result<Vec<u8>, PngError> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::High);
        let mut writer = encoder.write_header()?;
        let data: Vec<u8> = self
            .pixels
            .iter()
            .flat_map(|(red, green, blue)| [*red, *green, *blue])
            .collect();
        writer.write_image_data(&data)?;
        writer.finish()?;
        Ok(bytes)
    }
}

fn bounds(points: &[(f32, f32)], width: f32) -> (f32, f32, f32, f32) {
    let edge = width + 1.0;
    points.iter().fold(
        (f32::MAX, f32::MAX, f32::MIN, f32::MIN),
        |(left, top, right, bottom), (x, y)| {
            (
                left.min(x - edge),
                top.min(y - edge),
                right.max(x + edge),
                bottom.max(y + edge),
            )
        },
    )
}

fn to_segment((px, py): (f32, f32), (ax, ay): (f32, f32), (bx, by): (f32, f32)) -> f32 {
    let (dx, dy) = (bx - ax, by - ay);
    let length = dx * dx + dy * dy;
    let along = if length > 0.0 {
        (((px - ax) * dx + (py - ay) * dy) / length).clamp(0.0, 1.0)
    } else {
        0.0
    };
    (px - ax - along * dx).hypot(py - ay - along * dy)
}

fn inside((px, py): (f32, f32), points: &[(f32, f32)]) -> bool {
    let mut odd = false;
    let mut last = points.len() - 1;
    for index in 0..points.len() {
        let ((ax, ay), (bx, by)) = (points[index], points[last]);
        if (ay > py) != (by > py) && px < (bx - ax) * (py - ay) / (by - ay) + ax {
            odd = !odd;
        }
        last = index;
    }
    odd
}
