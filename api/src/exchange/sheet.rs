//! Reads rows from a table as spreadsheets write it: a stream of bytes in, numbered rows out.
//!
//! Memory is bounded by the longest record. What separates the cells is found out from the headings: comma,
//! semicolon or tab. What cannot be read at all is one sentence with the line it is in.

use std::io::{self, Cursor, Read};
use std::marker::PhantomData;

use csv::{ByteRecord, ReaderBuilder, StringRecord, Terminator};
use tutti_entity::people::person::Locale;

pub use self::cells::{Cells, Imported, Wrong};
use super::rules::cells::unguarded;
use super::rules::columns;

mod cells;

/// The longest record, in bytes: one quote too few makes a record of all that follows.
const LONGEST_RECORD: u64 = 1024 * 1024;
/// How far the end of the headings is looked for.
const HEAD: u64 = 64 * 1024;

/// One row, by the line on which it begins, from 1.
#[derive(Debug)]
pub struct Line<R> {
    /// The line.
    pub number: u64,
    /// The row, or everything in it that does not read.
    pub row: Result<R, Vec<Wrong>>,
}

/// Lets so many bytes through, until it is told to go on.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a record is too long"));
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.inner.read(buffer.get_mut(..most).unwrap_or_default())?;
        self.left = self.left.saturating_sub(u64::try_from(read).unwrap_or(u64::MAX));
        Ok(read)
    }
}

type Source<'r> = Bounded<Box<dyn Read + Send + 'r>>;

/// A table of rows of one kind.
pub struct Sheet<'r, R> {
    reader: csv::Reader<Source<'r>>,
    /// For each column of the table the one of [`Imported::COLUMNS`] that it is; none for one without a heading.
    columns: Vec<Option<usize>>,
    /// Headings that are known and not imported.
    pub ignored: Vec<String>,
    locale: Locale,
    separator: u8,
    /// Lines before the headings.
    before: u64,
    record: ByteRecord,
    rows: PhantomData<fn() -> R>,
}

impl<R> std::fmt::Debug for Sheet<'_, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sheet").field("columns", &self.columns).finish_non_exhaustive()
    }
}

/// What is put after the last row.
const END: &[u8] = b"\n\x1f\n";

/// The longest cell, in bytes; no text that is entered is longer.
const LONGEST_CELL: usize = 80_000;

/// A piece of a foreign file as a sentence about it shows it: short, and without what a terminal would obey.
fn shown(text: &str) -> String {
    text.chars().take(60).collect::<String>().escape_debug().to_string()
}

const SAVE_AS: &str = "In Excel save it as \"CSV UTF-8 (comma delimited)\"";

/// Refuses what is text in another encoding.
fn encoding(head: &[u8]) -> Result<(), String> {
    if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) || head.contains(&0) {
        return Err(format!(
            "The file is UTF-16 (\"Unicode text\"), or no text at all: it is not UTF-8. {SAVE_AS}."
        ));
    }
    if head.contains(&b'\r') && !head.contains(&b'\n') {
        return Err(format!("The file has the line ends of old Macintoshes. {SAVE_AS}."));
    }
    if head.starts_with(b"PK\x03\x04") {
        return Err(format!("The file is a workbook, not a table of text: it is not UTF-8. {SAVE_AS}."));
    }
    Ok(())
}

/// What separates the cells of the headings: whichever of the three is there most often outside of quotes.
fn separator(headings: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [(b';', 0_u32), (b'\t', 0), (b',', 0)];
    for byte in headings {
        quoted ^= *byte == b'"';
        if matches!(byte, b'\n' | b'\r') && !quoted {
            break;
        }
        for (separator, count) in &mut counts {
            *count += u32::from(byte == separator && !quoted);
        }
    }
    // Of equally many the last one, so that a table of one column has commas.
    counts.into_iter().max_by_key(|(_, count)| *count).map_or(b',', |(separator, _)| separator)
}

/// `sep=;` in the first line, by which Excel is told the separator; and how long that line is.
fn told_separator(head: &[u8]) -> Option<(u8, usize)> {
    let end = head.iter().position(|byte| *byte == b'\n')?;
    let line = str::from_utf8(head.get(..end)?).ok()?.trim_end_matches('\r').trim_matches('"');
    let (name, separator) = line.split_at_checked(4)?;
    let separator = separator.as_bytes();
    let known = name.eq_ignore_ascii_case("sep=") && matches!(separator, [b';' | b',' | b'\t']);
    Some((*separator.first().filter(|_| known)?, end + 1))
}

impl<'r, R: Imported> Sheet<'r, R> {
    /// Reads the headings.
    ///
    /// # Errors
    /// A sentence, for what is no text in UTF-8, for headings that are unknown, there twice or missing.
    pub fn open(mut source: impl Read + Send + 'r, locale: Locale) -> Result<Self, String> {
        let mut head = Vec::new();
        let unread = |error: io::Error| format!("The file cannot be read: {error}.");
        source.by_ref().take(HEAD).read_to_end(&mut head).map_err(unread)?;
        encoding(&head)?;
        let start = if head.starts_with(&[0xef, 0xbb, 0xbf]) { 3 } else { 0 };
        let head = head.split_off(start);
        let (told, skip) = told_separator(&head).map_or((None, 0), |(told, skip)| (Some(told), skip));
        let headings = head.get(skip..).unwrap_or_default();
        let separator = told.unwrap_or_else(|| separator(headings));
        // The last line ends as all others do, and what stands after it ends the table: where that is read as part of a
        // cell a quote was opened and not closed.
        let whole = Cursor::new(headings.to_vec()).chain(source).chain(END);
        let inner: Box<dyn Read + Send + 'r> = Box::new(whole);
        let reader = ReaderBuilder::new()
            .delimiter(separator)
            // A return before it is taken off the last cell. Were it an end of its own, a row would be said to begin
            // where the one before it ended.
            .terminator(Terminator::Any(b'\n'))
            .has_headers(false)
            .flexible(true)
            .from_reader(Bounded { inner, left: LONGEST_RECORD });
        let mut sheet = Self {
            reader,
            columns: Vec::new(),
            ignored: Vec::new(),
            locale,
            separator,
            before: u64::from(skip > 0),
            record: ByteRecord::new(),
            rows: PhantomData,
        };
        let Some((number, headings)) = sheet.record()? else {
            return Err("The file is empty: its first line names the columns.".to_owned());
        };
        sheet.headings(&headings).map_err(|what| format!("Line {number}: {what}"))?;
        Ok(sheet)
    }

    /// The next record in which anything stands, with its line.
    fn record(&mut self) -> Result<Option<(u64, StringRecord)>, String> {
        loop {
            self.reader.get_mut().left = LONGEST_RECORD;
            let line = |reader: &csv::Reader<Source<'r>>| reader.position().line() + self.before;
            let begun = line(&self.reader);
            match self.reader.read_byte_record(&mut self.record) {
                Ok(true) => {}
                Ok(false) => return Ok(None),
                Err(error) => {
                    return Err(match error.kind() {
                        csv::ErrorKind::Io(error) if error.kind() != io::ErrorKind::InvalidData => {
                            format!("The file cannot be read: {error}.")
                        }
                        _ => format!(
                            "Line {begun}: the row goes on for more than a megabyte: is there a quote too few?"
                        ),
                    });
                }
            }
            // Empty lines before the row are read with it; of the lines of its cells all but the last end within it.
            let within = self.record.iter().flatten().filter(|byte| **byte == b'\n').count();
            let lines = u64::try_from(within).unwrap_or_default() + 1;
            let number = line(&self.reader).saturating_sub(lines).max(begun);
            if self.record.iter().all(|cell| cell.trim_ascii().is_empty()) {
                continue;
            }
            if self.record.iter().eq([END.trim_ascii()]) {
                return Ok(None);
            }
            if self.record.iter().any(|cell| cell.ends_with(END)) {
                return Err(format!("Line {number}: a quote is opened in this row and not closed."));
            }
            let record = StringRecord::from_byte_record(self.record.clone());
            let record = record.map_err(|_| format!("Line {number}: the text is not UTF-8. {SAVE_AS}."))?;
            return Ok(Some((number, record)));
        }
    }

    fn headings(&mut self, record: &StringRecord) -> Result<(), String> {
        let (mut unknown, mut twice) = (Vec::new(), Vec::new());
        for heading in record {
            let heading = heading.trim();
            let found = columns::find(R::COLUMNS, heading);
            if heading.is_empty() {
                self.columns.push(None);
                continue;
            }
            match found {
                None => unknown.push(heading),
                Some(_) if self.columns.contains(&found) => twice.push(heading),
                Some(place) if !is_imported::<R>(place) => self.ignored.push(heading.to_owned()),
                Some(_) => {}
            }
            self.columns.push(found);
        }
        let has = |name: &str| self.columns.iter().flatten().any(|place| named::<R>(*place) == name);
        let missing: Vec<_> = R::IMPORTED
            .iter()
            .filter(|(name, needed)| *needed && !has(name))
            .filter_map(|(name, _)| R::COLUMNS.get(columns::find(R::COLUMNS, name)?))
            .map(|column| column.heading(self.locale))
            .collect();
        let mut wrong = Vec::new();
        for (what, names) in [("not known", &unknown), ("there twice", &twice), ("missing", &missing)] {
            if !names.is_empty() {
                let quoted: Vec<_> = names.iter().map(|name| format!("`{}`", shown(name))).collect();
                let (noun, verb) = if names.len() == 1 { ("column", "is") } else { ("columns", "are") };
                wrong.push(format!("the {noun} {} {verb} {what}", quoted.join(", ")));
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(format!("{}.", wrong.join("; "))) }
    }

    /// The next row.
    ///
    /// # Errors
    /// A sentence with its line, for what ends the reading: a record that is too long, and text that is not UTF-8.
    pub fn next_line(&mut self) -> Result<Option<Line<R>>, String> {
        let Some((number, record)) = self.record()? else { return Ok(None) };
        Ok(Some(Line { number, row: self.row(&record) }))
    }

    fn row(&self, record: &StringRecord) -> Result<R, Vec<Wrong>> {
        let mut cells = Cells::of(R::COLUMNS, self.locale, self.separator);
        for (place, cell) in record.iter().enumerate() {
            let last = place + 1 == record.len();
            let cell = unguarded(if last { cell.strip_suffix('\r').unwrap_or(cell) } else { cell });
            match self.columns.get(place).copied().flatten() {
                Some(column) => cells.put(column, cell),
                None if cell.trim().is_empty() => {}
                None => cells
                    .wrong(&format!("column {}", place + 1), "There is a cell without a heading.".to_owned()),
            }
        }
        if record.iter().any(|cell| cell.len() > LONGEST_CELL) {
            // What is so long is not kept until it is refused.
            let message = format!("A cell has more than {LONGEST_CELL} bytes.");
            return Err(vec![Wrong { field: "row".to_owned(), message }]);
        }
        if record.iter().any(|cell| cell.contains('\0')) {
            cells.wrong("row", "Text cannot hold U+0000: not every database keeps it.".to_owned());
        }
        let row = R::read(&mut cells);
        cells.done(row)
    }
}

fn named<R: Imported>(place: usize) -> &'static str {
    R::COLUMNS.get(place).map_or("", |column| column.name)
}

fn is_imported<R: Imported>(place: usize) -> bool {
    R::IMPORTED.iter().any(|(name, _)| *name == named::<R>(place))
}

#[cfg(test)]
mod tests;
