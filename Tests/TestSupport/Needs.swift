import Foundation
import Testing

/// What a test needs is not here: a tool, a right.
public struct Missing: Error, CustomStringConvertible {
    let obstacle: String

    public var description: String { "\(obstacle), and EARSHOT_REQUIRE_ALL=1 lets no test be left out" }
}

/// Whether a test may be left out because of an obstacle: says so, and throws where `EARSHOT_REQUIRE_ALL` is 1, as in
/// continuous integration, where a test that silently stops running must not look like one that passes.
public func leavingOut(_ what: String, because obstacle: String) throws {
    if isRequired(ProcessInfo.processInfo.environment) { throw Missing(obstacle: obstacle) }
    print("\(what): not tested, \(obstacle)")
}

/// Whether no test may be left out.
func isRequired(_ environment: [String: String]) -> Bool { environment["EARSHOT_REQUIRE_ALL"] == "1" }

extension Trait where Self == ConditionTrait {
    /// Leaves a test or suite out where something that it needs is missing; fails instead where `EARSHOT_REQUIRE_ALL` is 1.
    ///
    /// - Parameter obstacle: What is missing; `nil` where nothing is.
    public static func needs(_ obstacle: String?) -> Self {
        .enabled(obstacle.map { Comment(rawValue: $0) }) {
            guard let obstacle else { return true }
            if isRequired(ProcessInfo.processInfo.environment) { throw Missing(obstacle: obstacle) }
            return false
        }
    }

    /// The same for what is here or is not.
    public static func needs(_ isHere: Bool, _ obstacle: String) -> Self { needs(isHere ? nil : obstacle) }
}
