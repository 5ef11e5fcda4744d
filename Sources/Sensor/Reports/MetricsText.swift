/// Metrics in the text format of Prometheus, version 0.0.4, as node_exporter's textfile collector reads them.
///
/// No time stamps: the collector refuses files that have any.
struct MetricsText {
    /// What the numbers of a family are.
    enum Kind: String {
        case counter
        case gauge
    }

    /// A number with its labels.
    struct Sample {
        var labels: [(name: String, value: String)]
        var value: String

        init(_ value: some BinaryInteger, _ labels: (name: String, value: String)...) {
            self.value = "\(value)"
            self.labels = labels
        }

        /// Seconds, to the millisecond.
        init(seconds nanoseconds: Int64) {
            let milliseconds = nanoseconds / 1_000_000
            let fraction = String(1000 + milliseconds % 1000).dropFirst()
            value = "\(milliseconds / 1000).\(fraction)"
            labels = []
        }
    }

    /// All families so far.
    private(set) var text = ""

    /// Appends a family; nothing where it has no samples.
    mutating func add(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
        guard !samples.isEmpty else { return }
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
        for sample in samples {
            let labels = sample.labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
            text += "\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(sample.value)\n"
        }
    }

    /// Appends a family of one number.
    mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: some BinaryInteger) {
        add(name, kind, help, [Sample(value)])
    }

    private static func escaped(_ value: String) -> String {
        var escaped = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
