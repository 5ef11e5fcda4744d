import Foundation

/// Does a number of units of one stage's work: what a unit costs is the difference of two runs by that of their units.
///
///     Microbenchmarks --stage NAME --units N --input FOLDER --rules FOLDER
@main
enum Microbenchmarks {
    static func main() throws {
        var values: [String: String] = [:]
        var arguments = CommandLine.arguments.dropFirst()
        if arguments.first == "--list" { return Stage.allCases.forEach { print($0.rawValue) } }
        while let name = arguments.popFirst() { values[name] = arguments.popFirst() }
        guard let stage = values["--stage"].flatMap(Stage.init), let units = values["--units"].flatMap({ Int($0) }),
            let input = values["--input"], let rules = values["--rules"], units > 0
        else {
            let names = Stage.allCases.map(\.rawValue).joined(separator: ", ")
            stop("usage: Microbenchmarks --stage NAME --units N --input FOLDER --rules FOLDER\nstages: \(names)")
        }
        let stages = Stages(path: "\(input)/\(stage.capture)", rules: rules, storePath: "\(input)/store.db")
        print(stage.rawValue, units, try stages.run(stage, units))
    }
}

/// The stages, and where their inputs are.
struct Stages {
    /// The capture.
    let path: String
    /// The folder of the shipped rules.
    let rules: String
    /// Where the store is made.
    let storePath: String

    func run(_ stage: Stage, _ units: Int) throws -> UInt64 {
        switch stage {
        case .reader: try reader(units)
        case .decoder: try decoder(units)
        case .flows: try flows(units)
        case .mqtt: try mqtt(units)
        case .coap: try coap(units)
        case .fields: try fields(units)
        case .matcher: try matcher(units)
        case .correlator: try correlator(units)
        case .store: try store(units)
        case .engineMQTT, .engineCoAP: try engine(units)
        }
    }
}

/// Stops where there is less to do than was asked for: units that were not done would be counted.
func check(_ units: Int, of available: Int, _ name: String) {
    if units > available { stop("there are only \(available) \(name), not \(units)") }
}

func stop(_ text: String) -> Never {
    FileHandle.standardError.write(Data("Microbenchmarks: \(text)\n".utf8))
    exit(1)
}
