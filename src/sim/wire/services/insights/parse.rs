//! Reads a query: `fields`, `display`, `filter`, `parse` with an expression, `stats`, `sort`, `limit`, `dedup` not.

use regex::Regex;

use super::words::{Malformed, Placed, Word, words};

/// A query, command by command.
#[derive(Debug, Clone, Default)]
pub struct Query {
    pub commands: Vec<Command>,
}

#[derive(Debug, Clone)]
pub enum Command {
    Fields(Vec<String>),
    Filter(Condition),
    Parse(String, Regex),
    Stats(Stats),
    /// A field, and whether the greatest comes first.
    Sort(String, bool),
    Limit(usize),
}

#[derive(Debug, Clone)]
pub struct Stats {
    /// Each with the name of its column.
    pub figures: Vec<(Figure, String)>,
    pub by: Vec<Key>,
}

#[derive(Debug, Clone)]
pub enum Figure {
    Count,
    CountOf(String),
    Sum(String),
    Average(String),
    Least(String),
    Most(String),
    Percentile(String, f64),
}

#[derive(Debug, Clone)]
pub enum Key {
    Field(String),
    /// `bin(5m)`, in milliseconds.
    Bin(String, i64),
}

#[derive(Debug, Clone)]
pub enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Compare(String, &'static str, String),
    Like(String, Regex),
    Holds(String, String),
    In(String, Vec<String>),
    IsPresent(String),
}

impl Query {
    /// Reads `text`.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut reader = Reader {
            words: words(text)?,
            at: 0,
            end: text.len(),
        };
        let mut commands = Vec::new();
        loop {
            commands.push(reader.command()?);
            if reader.is_over() {
                break;
            }
            reader.sign("|")?;
        }
        let stats = commands
            .iter()
            .filter(|one| matches!(one, Command::Stats(_)));
        if stats.count() > 1 {
            return Err(Malformed::new(
                "more than one stats command is not simulated",
                (0, text.len()),
            ));
        }
        Ok(Self { commands })
    }
}

struct Reader {
    words: Vec<Placed>,
    at: usize,
    end: usize,
}

impl Reader {
    fn is_over(&self) -> bool {
        self.at >= self.words.len()
    }

    fn place(&self) -> (usize, usize) {
        self.words
            .get(self.at)
            .map_or((self.end, self.end), |(_, place)| *place)
    }

    fn fail<T>(&self, wanted: &str) -> Result<T, Malformed> {
        let found = match self.words.get(self.at) {
            None => "the end of the query".to_owned(),
            Some((Word::Plain(text) | Word::Quoted(text) | Word::Regex(text), _)) => text.clone(),
            Some((Word::Sign(sign), _)) => (*sign).to_owned(),
        };
        Err(Malformed::new(
            format!("unexpected symbol found {found}: expected {wanted}"),
            self.place(),
        ))
    }

    fn is_sign(&self, wanted: &str) -> bool {
        matches!(self.words.get(self.at), Some((Word::Sign(sign), _)) if *sign == wanted)
    }

    fn takes(&mut self, wanted: &str) -> bool {
        let is_so = self.is_sign(wanted);
        self.at += usize::from(is_so);
        is_so
    }

    fn sign(&mut self, wanted: &'static str) -> Result<(), Malformed> {
        if self.takes(wanted) {
            Ok(())
        } else {
            self.fail(wanted)
        }
    }

    fn is_word(&self, wanted: &str) -> bool {
        matches!(self.words.get(self.at), Some((Word::Plain(word), _)) if word.eq_ignore_ascii_case(wanted))
    }

    fn takes_word(&mut self, wanted: &str) -> bool {
        let is_so = self.is_word(wanted);
        self.at += usize::from(is_so);
        is_so
    }

    fn name(&mut self) -> Result<String, Malformed> {
        match self.words.get(self.at) {
            Some((Word::Plain(name), _)) => {
                let name = name.clone();
                self.at += 1;
                Ok(name)
            }
            _ => self.fail("a field"),
        }
    }

    fn value(&mut self) -> Result<String, Malformed> {
        match self.words.get(self.at) {
            Some((Word::Plain(text) | Word::Quoted(text), _)) => {
                let text = text.clone();
                self.at += 1;
                Ok(text)
            }
            _ => self.fail("a value"),
        }
    }

    fn regex(&mut self) -> Result<Option<Regex>, Malformed> {
        let Some((Word::Regex(text), place)) = self.words.get(self.at) else {
            return Ok(None);
        };
        let regex =
            Regex::new(text).map_err(|_| Malformed::new("Invalid regular expression", *place))?;
        self.at += 1;
        Ok(Some(regex))
    }

    fn number<T: std::str::FromStr>(&mut self) -> Result<T, Malformed> {
        let before = self.at;
        if let Ok(number) = self
            .value()
            .and_then(|text| text.parse().map_err(|_| Malformed::new("", (0, 0))))
        {
            return Ok(number);
        }
        self.at = before;
        self.fail("a number")
    }

    fn list<T>(
        &mut self,
        mut one: impl FnMut(&mut Self) -> Result<T, Malformed>,
    ) -> Result<Vec<T>, Malformed> {
        let mut all = vec![one(self)?];
        while self.takes(",") {
            all.push(one(self)?);
        }
        Ok(all)
    }

    fn command(&mut self) -> Result<Command, Malformed> {
        let place = self.place();
        let name = self.name()?;
        Ok(match name.to_ascii_lowercase().as_str() {
            "fields" | "display" => Command::Fields(self.list(Self::name)?),
            "filter" => Command::Filter(self.any()?),
            "parse" => {
                let field = self.name()?;
                match self.regex()? {
                    Some(regex) => Command::Parse(field, regex),
                    None => {
                        return self
                            .fail("a regular expression (a pattern with * is not simulated)");
                    }
                }
            }
            "stats" => Command::Stats(self.stats()?),
            "sort" => {
                let field = self.name()?;
                let greatest_first = !self.takes_word("asc");
                self.takes_word("desc");
                Command::Sort(field, greatest_first)
            }
            "limit" | "head" => Command::Limit(self.number()?),
            other => {
                return Err(Malformed::new(
                    format!("unexpected symbol found {other}: expected a command"),
                    place,
                ));
            }
        })
    }

    fn stats(&mut self) -> Result<Stats, Malformed> {
        let figures = self.list(Self::figure)?;
        let by = if self.takes_word("by") {
            self.list(Self::key)?
        } else {
            Vec::new()
        };
        Ok(Stats { figures, by })
    }

    fn figure(&mut self) -> Result<(Figure, String), Malformed> {
        let place = self.place();
        let name = self.name()?.to_ascii_lowercase();
        self.sign("(")?;
        let (figure, shown) = if self.takes("*") {
            (Figure::Count, "*".to_owned())
        } else if self.is_sign(")") {
            (Figure::Count, String::new())
        } else {
            let field = self.name()?;
            let figure = match name.as_str() {
                "count" => Figure::CountOf(field.clone()),
                "sum" => Figure::Sum(field.clone()),
                "avg" => Figure::Average(field.clone()),
                "min" => Figure::Least(field.clone()),
                "max" => Figure::Most(field.clone()),
                "pct" | "percentile" => {
                    self.sign(",")?;
                    Figure::Percentile(field.clone(), self.number()?)
                }
                _ => return Err(Malformed::new(format!("unknown function {name}"), place)),
            };
            (figure, field)
        };
        if matches!(figure, Figure::Count) && name != "count" {
            return Err(Malformed::new(format!("{name} needs a field"), place));
        }
        self.sign(")")?;
        let column = if self.takes_word("as") {
            self.name()?
        } else {
            format!("{name}({shown})")
        };
        Ok((figure, column))
    }

    fn key(&mut self) -> Result<Key, Malformed> {
        let name = self.name()?;
        if name != "bin" || !self.takes("(") {
            return Ok(Key::Field(name));
        }
        let before = self.at;
        let period = self.name()?;
        let Some(ms) = period_ms(&period) else {
            self.at = before;
            return self.fail("a period such as 5m");
        };
        self.sign(")")?;
        Ok(Key::Bin(format!("bin({period})"), ms))
    }

    fn any(&mut self) -> Result<Condition, Malformed> {
        let mut all = vec![self.all()?];
        while self.takes_word("or") {
            all.push(self.all()?);
        }
        Ok(one_or(all, Condition::Any))
    }

    fn all(&mut self) -> Result<Condition, Malformed> {
        let mut all = vec![self.not()?];
        while self.takes_word("and") {
            all.push(self.not()?);
        }
        Ok(one_or(all, Condition::All))
    }

    fn not(&mut self) -> Result<Condition, Malformed> {
        if self.takes_word("not") {
            return Ok(Condition::Not(Box::new(self.not()?)));
        }
        if self.takes("(") {
            let inner = self.any()?;
            self.sign(")")?;
            return Ok(inner);
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Condition, Malformed> {
        let field = self.name()?;
        if field.eq_ignore_ascii_case("ispresent") && self.takes("(") {
            let field = self.name()?;
            self.sign(")")?;
            return Ok(Condition::IsPresent(field));
        }
        let negated = self.takes_word("not");
        let found = if self.takes_word("like") || self.takes("=~") {
            match self.regex()? {
                Some(regex) => Condition::Like(field, regex),
                None => Condition::Holds(field, self.value()?),
            }
        } else if self.takes_word("in") {
            self.sign("[")?;
            let values = self.list(Self::value)?;
            self.sign("]")?;
            Condition::In(field, values)
        } else {
            let signs = ["=", "!=", "<=", ">=", "<", ">"];
            let Some(sign) = signs.into_iter().find(|sign| self.is_sign(sign)) else {
                return self.fail("a comparison");
            };
            self.at += 1;
            Condition::Compare(field, sign, self.value()?)
        };
        Ok(if negated {
            Condition::Not(Box::new(found))
        } else {
            found
        })
    }
}

fn one_or(mut all: Vec<Condition>, many: fn(Vec<Condition>) -> Condition) -> Condition {
    match (all.len(), all.pop()) {
        (1, Some(one)) => one,
        (_, last) => {
            all.extend(last);
            many(all)
        }
    }
}

/// `30s`, `5m`, `1h`, `1d`.
fn period_ms(text: &str) -> Option<i64> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let unit = match &text[digits..] {
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    text[..digits]
        .parse::<i64>()
        .ok()
        .filter(|n| *n > 0)
        .map(|n| n * unit)
}
