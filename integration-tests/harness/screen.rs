//! What a person sees on a terminal after all that was written to it.

/// A terminal that never scrolls anything away.
pub struct Screen {
    columns: usize,
    rows: Vec<Row>,
    row: usize,
    column: usize,
    /// The beginning of a command whose end was not written yet.
    begun: String,
}

#[derive(Clone, Default)]
struct Row {
    text: Vec<char>,
    /// Whether the text goes on in the next row because it did not fit.
    goes_on: bool,
}

impl Screen {
    /// An empty screen.
    pub fn new(columns: usize) -> Self {
        Screen {
            columns,
            rows: vec![Row::default()],
            row: 0,
            column: 0,
            begun: String::new(),
        }
    }

    /// What is shown, a line of output as one line also where it did not fit.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![String::new()];
        for row in &self.rows {
            let last = lines.last_mut().expect("there is a line");
            last.extend(&row.text);
            if !row.goes_on {
                lines.push(String::new());
            }
        }
        let lines = lines.into_iter().map(|line| line.trim_end().to_owned());
        lines.collect()
    }

    /// Makes the terminal narrower or wider, and breaks its lines anew, as most terminals do. The cursor
    /// is at the beginning of the last row.
    pub fn resize(&mut self, columns: usize) {
        let mut lines = self.lines();
        // The last two are the row of the cursor and what follows it.
        lines.truncate(lines.len() - 2);
        *self = Screen::new(columns);
        for line in lines {
            self.write(&format!("{line}\r\n"));
        }
    }

    /// Writes a text.
    ///
    /// # Panics
    /// A command that this screen does not know.
    pub fn write(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                _ if !self.begun.is_empty() => {
                    self.begun.push(c);
                    if c.is_ascii_alphabetic() {
                        self.obey();
                    }
                }
                '\x1b' => self.begun.push(c),
                '\r' => self.column = 0,
                '\n' => self.down(),
                c => self.put(c),
            }
        }
    }

    fn obey(&mut self) {
        let begun = std::mem::take(&mut self.begun);
        let number = begun.trim_start_matches("\x1b[");
        let number = number.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        match begun.chars().last() {
            Some('A') => self.row -= number.parse().unwrap_or(1),
            Some('K') => self.rows[self.row].text.truncate(self.column),
            Some('J') => {
                self.rows.truncate(self.row + 1);
                self.rows[self.row].text.truncate(self.column);
                self.rows[self.row].goes_on = false;
            }
            Some('m') => {}
            _ => panic!("the screen does not know {begun:?}"),
        }
    }

    fn down(&mut self) {
        self.row += 1;
        if self.row == self.rows.len() {
            self.rows.push(Row::default());
        }
    }

    fn put(&mut self, c: char) {
        if self.column == self.columns {
            self.rows[self.row].goes_on = true;
            self.down();
            self.column = 0;
        }
        let row = &mut self.rows[self.row];
        row.text.resize(row.text.len().max(self.column + 1), ' ');
        row.text[self.column] = c;
        self.column += 1;
    }
}
