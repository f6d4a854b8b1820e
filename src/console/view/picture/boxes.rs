//! Box drawing, blocks and marks as shapes, so that they join without gaps in any typeface.

use super::shapes::{CELL_H, CELL_W, Rgb, Shape, blend};

const THIN: f32 = 1.2;
const THICK: f32 = 2.4;

/// Adds the shapes of `symbol` in the cell at `origin`; false when it is a letter.
pub fn shapes(
    symbol: char,
    origin: (f32, f32),
    colour: Rgb,
    ground: Rgb,
    out: &mut Vec<Shape>,
) -> bool {
    if let Some(arms) = arms(symbol) {
        out.extend(lines(arms, origin, colour));
        return true;
    }
    if let Some((left, top, right, bottom)) = block(symbol) {
        rect(out, origin, (left, top, right, bottom), colour);
        return true;
    }
    let (x, y) = origin;
    let (cx, cy) = (x + CELL_W / 2.0, y + CELL_H / 2.0);
    match symbol {
        '░' => rect(
            out,
            origin,
            (0.0, 0.0, 1.0, 1.0),
            blend(colour, ground, 0.25),
        ),
        '▒' => rect(
            out,
            origin,
            (0.0, 0.0, 1.0, 1.0),
            blend(colour, ground, 0.5),
        ),
        '▓' => rect(
            out,
            origin,
            (0.0, 0.0, 1.0, 1.0),
            blend(colour, ground, 0.75),
        ),
        '╭' => out.push(corner(origin, (1.0, 1.0), colour)),
        '╮' => out.push(corner(origin, (-1.0, 1.0), colour)),
        '╯' => out.push(corner(origin, (-1.0, -1.0), colour)),
        '╰' => out.push(corner(origin, (1.0, -1.0), colour)),
        '┄' | '╌' => {
            for step in 0..3u8 {
                let from = x + f32::from(step) * CELL_W / 3.0 + 0.6;
                out.push(Shape::Rect {
                    x: from,
                    y: cy - THIN / 2.0,
                    w: CELL_W / 3.0 - 1.4,
                    h: THIN,
                    colour,
                });
            }
        }
        '●' => out.push(Shape::Disc {
            x: cx,
            y: cy,
            r: 4.0,
            ring: None,
            colour,
        }),
        '○' => out.push(Shape::Disc {
            x: cx,
            y: cy,
            r: 3.4,
            ring: Some(1.3),
            colour,
        }),
        '■' => rect(out, (cx - 4.0, cy - 4.0), (0.0, 0.0, 0.8, 0.4), colour),
        '▲' => out.push(area(
            &[(cx, cy - 4.6), (cx + 4.8, cy + 4.0), (cx - 4.8, cy + 4.0)],
            colour,
        )),
        '▼' => out.push(area(
            &[(cx, cy + 4.6), (cx + 4.8, cy - 4.0), (cx - 4.8, cy - 4.0)],
            colour,
        )),
        '▸' => out.push(area(
            &[(cx - 2.6, cy - 4.2), (cx + 3.6, cy), (cx - 2.6, cy + 4.2)],
            colour,
        )),
        '◆' => out.push(area(
            &[
                (cx, cy - 5.0),
                (cx + 4.6, cy),
                (cx, cy + 5.0),
                (cx - 4.6, cy),
            ],
            colour,
        )),
        '·' => out.push(Shape::Disc {
            x: cx,
            y: cy,
            r: 1.1,
            ring: None,
            colour,
        }),
        _ => return false,
    }
    true
}

fn area(points: &[(f32, f32)], colour: Rgb) -> Shape {
    Shape::Area {
        points: points.to_vec(),
        colour,
    }
}

/// A rectangle in shares of the cell; joins its left neighbour where they touch.
fn rect(
    out: &mut Vec<Shape>,
    (x, y): (f32, f32),
    (left, top, right, bottom): (f32, f32, f32, f32),
    colour: Rgb,
) {
    let (x, y) = (x + left * CELL_W, y + top * CELL_H);
    let (w, h) = ((right - left) * CELL_W, (bottom - top) * CELL_H);
    if let Some(Shape::Rect {
        x: x0,
        y: y0,
        w: w0,
        h: h0,
        colour: c0,
    }) = out.last_mut()
        && *c0 == colour
        && (*x0 + *w0 - x).abs() < 0.01
        && (*y0 - y).abs() < 0.01
        && (*h0 - h).abs() < 0.01
    {
        *w0 += w;
        return;
    }
    out.push(Shape::Rect { x, y, w, h, colour });
}

/// Left, top, right and bottom of a block element, in shares of the cell.
fn block(symbol: char) -> Option<(f32, f32, f32, f32)> {
    let eighth = |n: u32| n as f32 / 8.0;
    let code = u32::from(symbol);
    Some(match symbol {
        '▁'..='█' => (0.0, 1.0 - eighth(code - 0x2580), 1.0, 1.0),
        '▉'..='▏' => (0.0, 0.0, eighth(0x2590 - code), 1.0),
        '▀' => (0.0, 0.0, 1.0, 0.5),
        '▐' => (0.5, 0.0, 1.0, 1.0),
        '▔' => (0.0, 0.0, 1.0, 0.125),
        _ => return None,
    })
}

/// Arms of a box-drawing character: left, right, up, down; 0 none, 1 light, 2 heavy.
fn arms(symbol: char) -> Option<[u8; 4]> {
    Some(match symbol {
        '─' => [1, 1, 0, 0],
        '━' => [2, 2, 0, 0],
        '│' => [0, 0, 1, 1],
        '┃' => [0, 0, 2, 2],
        '┌' => [0, 1, 0, 1],
        '┐' => [1, 0, 0, 1],
        '└' => [0, 1, 1, 0],
        '┘' => [1, 0, 1, 0],
        '├' => [0, 1, 1, 1],
        '┤' => [1, 0, 1, 1],
        '┬' => [1, 1, 0, 1],
        '┴' => [1, 1, 1, 0],
        '┼' => [1, 1, 1, 1],
        '╴' => [1, 0, 0, 0],
        '╶' => [0, 1, 0, 0],
        '╵' => [0, 0, 1, 0],
        '╷' => [0, 0, 0, 1],
        '╸' => [2, 0, 0, 0],
        '╺' => [0, 2, 0, 0],
        _ => return None,
    })
}

fn lines(arms: [u8; 4], (x, y): (f32, f32), colour: Rgb) -> Vec<Shape> {
    let (cx, cy) = (x + CELL_W / 2.0, y + CELL_H / 2.0);
    let weight = |arm: u8| if arm == 2 { THICK } else { THIN };
    let mut out = Vec::new();
    let [left, right, up, down] = arms;
    if left > 0 || right > 0 {
        let half = weight(left.max(right)) / 2.0;
        let from = if left > 0 { x } else { cx - half };
        let to = if right > 0 { x + CELL_W } else { cx + half };
        out.push(Shape::Rect {
            x: from,
            y: cy - half,
            w: to - from,
            h: 2.0 * half,
            colour,
        });
    }
    if up > 0 || down > 0 {
        let half = weight(up.max(down)) / 2.0;
        let from = if up > 0 { y } else { cy - half };
        let to = if down > 0 { y + CELL_H } else { cy + half };
        out.push(Shape::Rect {
            x: cx - half,
            y: from,
            w: 2.0 * half,
            h: to - from,
            colour,
        });
    }
    out
}

/// A rounded corner whose arms point to `towards` (right and down are positive).
fn corner((x, y): (f32, f32), towards: (f32, f32), colour: Rgb) -> Shape {
    let (cx, cy) = (x + CELL_W / 2.0, y + CELL_H / 2.0);
    let radius = CELL_W / 2.0;
    let mut points = vec![(cx, cy + towards.1 * CELL_H / 2.0)];
    for step in 0..=6u8 {
        let angle = f32::from(step) / 6.0 * std::f32::consts::FRAC_PI_2;
        let across = cx + towards.0 * radius * (1.0 - angle.cos());
        let along = cy + towards.1 * radius * (1.0 - angle.sin());
        points.push((across, along));
    }
    Shape::Line {
        points,
        width: THIN,
        colour,
    }
}
