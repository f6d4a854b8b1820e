//! Metric math: arithmetic on series, and the functions dashboards use most.
//!
//! A point of the result exists where every operand has one, as in CloudWatch.

use std::collections::BTreeMap;

/// Values by the second their period starts at.
pub type Points = BTreeMap<i64, f64>;

/// A value of an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    Number(f64),
    /// One series.
    Series(Points),
    /// Several: `[a, b]`.
    Several(Vec<Points>),
}

/// Evaluates `text`; `lookup` gives the series of an id, or says why not.
pub fn evaluate(
    text: &str,
    lookup: &mut dyn FnMut(&str) -> Result<Points, String>,
) -> Result<Outcome, String> {
    let tokens = scan(text)?;
    let mut parser = Parser {
        tokens: &tokens,
        lookup,
        depth: 0,
    };
    let outcome = parser.sum()?;
    match parser.tokens {
        [] => Ok(outcome),
        [extra, ..] => Err(format!("Unexpected token {}", extra.text())),
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Number(f64),
    Name(String),
    Sign(char),
}

impl Token {
    fn text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Name(name) => name.clone(),
            Self::Sign(sign) => sign.to_string(),
        }
    }
}

fn scan(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if first.is_ascii_digit() || first == '.' {
            let length = rest
                .find(|c: char| !c.is_ascii_digit() && c != '.')
                .unwrap_or(rest.len());
            let number = rest[..length]
                .parse()
                .map_err(|_| format!("Invalid number {}", &rest[..length]))?;
            tokens.push(Token::Number(number));
            length
        } else if first.is_ascii_alphabetic() {
            let length = rest
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .unwrap_or(rest.len());
            tokens.push(Token::Name(rest[..length].to_owned()));
            length
        } else if "+-*/^()[],".contains(first) {
            tokens.push(Token::Sign(first));
            1
        } else {
            return Err(format!("Unexpected character {first}"));
        };
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

struct Parser<'a> {
    tokens: &'a [Token],
    lookup: &'a mut dyn FnMut(&str) -> Result<Points, String>,
    depth: usize,
}

impl Parser<'_> {
    fn accept(&mut self, signs: &str) -> Option<char> {
        match self.tokens {
            [Token::Sign(sign), rest @ ..] if signs.contains(*sign) => {
                self.tokens = rest;
                Some(*sign)
            }
            _ => None,
        }
    }

    fn expect(&mut self, sign: char) -> Result<(), String> {
        let mut wanted = [0; 4];
        self.accept(sign.encode_utf8(&mut wanted))
            .map(|_| ())
            .ok_or_else(|| format!("Missing {sign}"))
    }

    fn sum(&mut self) -> Result<Outcome, String> {
        let mut left = self.product()?;
        while let Some(sign) = self.accept("+-") {
            left = combine(sign, left, self.product()?)?;
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Outcome, String> {
        let mut left = self.unary()?;
        while let Some(sign) = self.accept("*/") {
            left = combine(sign, left, self.unary()?)?;
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Outcome, String> {
        self.depth += 1;
        if self.depth > 64 {
            return Err("The expression is nested too deeply".into());
        }
        let value = if self.accept("-").is_some() {
            combine('*', Outcome::Number(-1.0), self.unary()?)?
        } else {
            let base = self.atom()?;
            match self.accept("^") {
                Some(sign) => combine(sign, base, self.unary()?)?,
                None => base,
            }
        };
        self.depth -= 1;
        Ok(value)
    }

    fn atom(&mut self) -> Result<Outcome, String> {
        if self.accept("(").is_some() {
            let inner = self.sum()?;
            self.expect(')')?;
            return Ok(inner);
        }
        if self.accept("[").is_some() {
            let several = self.arguments(']')?.into_iter().map(|one| match one {
                Outcome::Series(points) => Ok(points),
                _ => Err("An array holds time series".to_owned()),
            });
            return Ok(Outcome::Several(several.collect::<Result<_, _>>()?));
        }
        match self.tokens {
            [Token::Number(number), rest @ ..] => {
                self.tokens = rest;
                Ok(Outcome::Number(*number))
            }
            [Token::Name(function), Token::Sign('('), rest @ ..] => {
                self.tokens = rest;
                if function == "FILL" {
                    return self.fill();
                }
                let arguments = self.arguments(')')?;
                apply(function, arguments)
            }
            [Token::Name(id), rest @ ..] => {
                self.tokens = rest;
                (self.lookup)(id).map(Outcome::Series)
            }
            [token, ..] => Err(format!("Unexpected token {}", token.text())),
            [] => Err("Missing right hand side operand".into()),
        }
    }

    fn arguments(&mut self, end: char) -> Result<Vec<Outcome>, String> {
        let mut found = vec![self.sum()?];
        while self.accept(",").is_some() {
            found.push(self.sum()?);
        }
        self.expect(end)?;
        Ok(found)
    }

    /// `FILL(m1, 0)`: gaps between the series' own first and last point take the value.
    fn fill(&mut self) -> Result<Outcome, String> {
        let Outcome::Series(points) = self.sum()? else {
            return Err("FILL takes a time series".into());
        };
        self.expect(',')?;
        let filler = match self.tokens {
            [Token::Name(word), rest @ ..] if word == "REPEAT" => {
                self.tokens = rest;
                None
            }
            _ => match self.sum()? {
                Outcome::Number(number) => Some(number),
                _ => return Err("FILL takes a number or REPEAT".into()),
            },
        };
        self.expect(')')?;
        Ok(Outcome::Series(filled(&points, filler)))
    }
}

fn filled(points: &Points, filler: Option<f64>) -> Points {
    let starts: Vec<i64> = points.keys().copied().collect();
    let Some(period) = starts.windows(2).map(|pair| pair[1] - pair[0]).min() else {
        return points.clone();
    };
    let mut all = points.clone();
    for pair in starts.windows(2) {
        let mut at = pair[0] + period;
        while at < pair[1] {
            all.insert(
                at,
                filler.unwrap_or_else(|| points.get(&pair[0]).copied().unwrap_or_default()),
            );
            at += period;
        }
    }
    all
}

fn combine(sign: char, left: Outcome, right: Outcome) -> Result<Outcome, String> {
    let compute = |a: f64, b: f64| match sign {
        '+' => a + b,
        '-' => a - b,
        '*' => a * b,
        '/' => a / b,
        _ => a.powf(b),
    };
    Ok(match (left, right) {
        (Outcome::Number(a), Outcome::Number(b)) => Outcome::Number(compute(a, b)),
        (Outcome::Series(a), Outcome::Number(b)) => {
            Outcome::Series(map(&a, |value| compute(value, b)))
        }
        (Outcome::Number(a), Outcome::Series(b)) => {
            Outcome::Series(map(&b, |value| compute(a, value)))
        }
        (Outcome::Series(a), Outcome::Series(b)) => {
            let both = a
                .iter()
                .filter_map(|(at, value)| Some((*at, compute(*value, *b.get(at)?))));
            Outcome::Series(both.filter(|(_, value)| value.is_finite()).collect())
        }
        _ => return Err(format!("The operator {sign} takes numbers and time series")),
    })
}

/// A value that is no number (a division by zero) has no point.
fn map(points: &Points, compute: impl Fn(f64) -> f64) -> Points {
    let values = points.iter().map(|(at, value)| (*at, compute(*value)));
    values.filter(|(_, value)| value.is_finite()).collect()
}

fn apply(function: &str, arguments: Vec<Outcome>) -> Result<Outcome, String> {
    let plain: Option<fn(f64) -> f64> = match function {
        "ABS" => Some(f64::abs),
        "CEIL" => Some(f64::ceil),
        "FLOOR" => Some(f64::floor),
        _ => None,
    };
    let [argument] = <[Outcome; 1]>::try_from(arguments)
        .map_err(|_| format!("{function} takes one argument"))?;
    if let Some(plain) = plain {
        return match argument {
            Outcome::Number(number) => Ok(Outcome::Number(plain(number))),
            Outcome::Series(points) => Ok(Outcome::Series(map(&points, plain))),
            Outcome::Several(_) => Err(format!("{function} takes one time series")),
        };
    }
    let fold: fn(&[f64]) -> f64 = match function {
        "SUM" => |values| values.iter().sum(),
        "AVG" => |values| values.iter().sum::<f64>() / values.len() as f64,
        "MAX" => |values| values.iter().copied().fold(f64::MIN, f64::max),
        "MIN" => |values| values.iter().copied().fold(f64::MAX, f64::min),
        _ => return Err(format!("The function {function} is not simulated")),
    };
    Ok(match argument {
        Outcome::Number(_) => return Err(format!("{function} takes time series")),
        Outcome::Series(points) => {
            let values: Vec<f64> = points.into_values().collect();
            Outcome::Number(if values.is_empty() {
                0.0
            } else {
                fold(&values)
            })
        }
        // Of several: at each moment, over those that have a point there.
        Outcome::Several(series) => {
            let mut by_time: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
            for (at, value) in series.into_iter().flatten() {
                by_time.entry(at).or_default().push(value);
            }
            Outcome::Series(
                by_time
                    .into_iter()
                    .map(|(at, values)| (at, fold(&values)))
                    .collect(),
            )
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(text: &str) -> Result<Outcome, String> {
        let series = |values: &[(i64, f64)]| values.iter().copied().collect::<Points>();
        evaluate(text, &mut |id| match id {
            "e" => Ok(series(&[(60, 1.0), (180, 5.0)])),
            "c" => Ok(series(&[(60, 10.0), (120, 20.0), (180, 0.0)])),
            other => Err(format!("Unknown id {other}")),
        })
    }

    fn points(text: &str) -> Vec<(i64, f64)> {
        match run(text).unwrap() {
            Outcome::Series(points) => points.into_iter().collect(),
            other => vec![(
                -1,
                if let Outcome::Number(n) = other {
                    n
                } else {
                    f64::NAN
                },
            )],
        }
    }

    #[test]
    fn a_rate_exists_where_both_series_do_and_never_divides_by_zero() {
        assert_eq!(points("100*e/c"), [(60, 10.0)]);
        assert_eq!(
            points("100 * (e + 1) / (c - 5)"),
            [(60, 40.0), (180, -120.0)]
        );
    }

    #[test]
    fn gaps_are_filled_between_points() {
        assert_eq!(
            points("FILL(c, 0) - c"),
            [(60, 0.0), (120, 0.0), (180, 0.0)]
        );
        assert_eq!(points("FILL(e + c - c, REPEAT)"), [(60, 1.0), (180, 5.0)]);
        assert_eq!(points("100*FILL(e,0)/c"), [(60, 10.0)]);
    }

    #[test]
    fn functions_fold_over_time_or_over_series() {
        assert_eq!(points("SUM([e, c])"), [(60, 11.0), (120, 20.0), (180, 5.0)]);
        assert_eq!(points("e / MAX(c)"), [(60, 0.05), (180, 0.25)]);
        assert_eq!(points("-2^2"), [(-1, -4.0)]);
    }

    #[test]
    fn nonsense_is_refused_with_its_reason() {
        for text in [
            "",
            "e +",
            "(e",
            "e e",
            "nope",
            "SEARCH('x')",
            "e/[c]",
            "1..2*e",
            "SUM(e, c)",
        ] {
            assert!(run(text).is_err(), "{text}");
        }
        assert!(run(&"(".repeat(10_000)).is_err());
        assert!(run(&"-".repeat(10_000)).is_err());
    }
}
