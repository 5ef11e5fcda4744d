import Foundation

/// The seed of a random test, which belongs into the message of every expectation that hangs on it.
///
/// The environment variable `EARSHOT_SEED` says which one:
/// - not set: always the same, and another for each test, so that a run fails for a change and not by chance;
/// - a number: that number, which plays a failure again;
/// - `random`: another each time, as `make nightly` wants it.
///
/// A seed that was asked for goes to the standard error as well, so that it is known even if the test traps.
public func testSeed(file: String = #fileID, function: String = #function) -> UInt64 {
    guard let wanted = ProcessInfo.processInfo.environment["EARSHOT_SEED"] else {
        return fixedSeed("\(file) \(function)")
    }
    guard let seed = wanted == "random" ? UInt64.random(in: .min ... .max) : UInt64(wanted) else {
        preconditionFailure("EARSHOT_SEED is '\(wanted)', which is neither a number nor 'random'")
    }
    FileHandle.standardError.write(Data("\(file) \(function): seed \(seed)\n".utf8))
    return seed
}

/// The seed of a name: FNV-1a, since the hashes of the standard library differ from process to process.
func fixedSeed(_ name: String) -> UInt64 {
    name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}
