import Alerts

/// Rows under headings, laid out for so many columns of a terminal.
///
/// Where not all fits, columns that are wanted least are left out first, then those that may be cut are cut, the widest first.
struct TextTable {
    /// A column.
    struct Column {
        let title: String
        var isRight = false
        /// Columns of the terminal that it is never cut below; `nil` for one that is not cut.
        var least: Int?
        /// Columns with higher numbers are left out first; 0 never is.
        var rank = 0

        /// A number, which is not cut and stands at the right.
        static func number(_ title: String, rank: Int = 0) -> Column { Column(title: title, isRight: true, rank: rank) }
        /// A text that may be cut to so many columns.
        static func text(_ title: String, _ least: Int = 12, rank: Int = 0) -> Column {
            Column(title: title, least: least, rank: rank)
        }
        /// A word that is not cut.
        static func word(_ title: String, rank: Int = 0) -> Column { Column(title: title, rank: rank) }
    }

    private let columns: [Column]
    private var rows: [[String]] = []

    init(_ columns: [Column]) { self.columns = columns }

    /// Adds a row of as many cells as there are columns; they are made harmless here.
    mutating func add(_ cells: [String]) { rows.append(cells.map { terminalSafe($0) }) }

    /// The headings and rows, each at most `width` columns wide and without blanks at its end.
    func lines(width: Int) -> [String] {
        var widths = columns.indices.map { index in
            rows.reduce(displayWidth(columns[index].title)) { min(width, max($0, displayWidth($1[index]))) }
        }
        var shown = Array(columns.indices)
        func total() -> Int { shown.reduce(0) { $0 + widths[$1] } + 2 * (shown.count - 1) }
        func smallest() -> Int {
            shown.reduce(2 * (shown.count - 1)) { $0 + min(widths[$1], columns[$1].least ?? widths[$1]) }
        }
        while smallest() > width, let last = shown.filter({ columns[$0].rank > 0 }).max(by: isKeptLonger) {
            shown.removeAll { $0 == last }
        }
        while total() > width {
            let cuttable = shown.filter { widths[$0] > (columns[$0].least ?? .max) }
            guard let widest = cuttable.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
        }
        let titles = columns.map(\.title)
        return ([titles] + rows).map { cells in
            let line = shown.map { padded(fitted(cells[$0], widths[$0]), widths[$0], right: columns[$0].isRight) }
                .joined(separator: "  ")
            let end = line.lastIndex { $0 != " " }.map { line.index(after: $0) } ?? line.startIndex
            return fitted(String(line[..<end]), width)
        }
    }

    private func isKeptLonger(_ left: Int, _ right: Int) -> Bool { columns[left].rank < columns[right].rank }
}

/// A text in lines of at most so many columns, broken at blanks; those behind the first begin with `indent` blanks.
///
/// Its first `indent` characters stay as they are. A word that is longer than a line stays whole, so that it can be copied.
/// The text must be harmless already.
func folded(_ text: String, width: Int, indent: Int = 0) -> [String] {
    guard displayWidth(text) > width else { return [text] }
    var lines: [String] = []
    var line = String(text.prefix(indent))
    var isEmpty = true
    for word in text.dropFirst(indent).split(separator: " ") {
        if !isEmpty, displayWidth(line) + displayWidth(String(word)) + 1 > width {
            lines.append(line)
            (line, isEmpty) = (String(repeating: " ", count: indent), true)
        }
        line += isEmpty ? String(word) : " \(word)"
        isEmpty = false
    }
    return lines + [line]
}
