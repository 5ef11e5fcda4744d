import Crypto
import Foundation
import Inventory
import Yams

/// A policy as it lies on the disk.
public struct PolicyFile: Sendable {
    /// Where it lies.
    public let path: String
    /// Its text.
    public let text: String
    /// What it says.
    public let policy: Policy
    /// What is odd about it without keeping it from being used.
    public let warnings: [PolicyFinding]
    /// SHA-256 of its text: two runs with the same digest held traffic against the same policy.
    public let digest: String
    /// The line that each entry begins in, in the order of the entries.
    public let lines: [Int]

    /// Reads a policy.
    ///
    /// What others than its owner and root may write is refused: whoever writes it says what is not told.
    ///
    /// - Throws: `SensorError` where the file cannot be read, may be written by others, or has errors: all of them at once.
    public static func load(_ path: String) throws(SensorError) -> PolicyFile {
        var status = stat()
        guard stat(path, &status) == 0 else {
            let reason = String(cString: strerror(errno))
            throw SensorError(.configuration, "\(path): the policy cannot be read: \(reason)")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw SensorError(.configuration, "\(path): the policy is no file")
        }
        guard status.st_uid == 0 || status.st_uid == geteuid() else {
            throw SensorError(
                .configuration,
                "\(path): the policy belongs to another user; its owner must be root or the user of the sensor")
        }
        guard status.st_mode & 0o022 == 0 else {
            throw SensorError(
                .configuration, "\(path): others than its owner may write the policy; 'chmod go-w \(path)' mends that")
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SensorError(.configuration, "\(path): the policy cannot be read")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw SensorError(.configuration, "\(path): the policy is not UTF-8 text")
        }
        let (file, findings) = read(text, path: path)
        guard let file else {
            throw SensorError(
                .configuration, findings.filter(\.isError).map { $0.text(in: path) }.joined(separator: "\n"))
        }
        return file
    }

    /// Reads a text as a policy; without one the findings say why.
    public static func read(_ text: String, path: String) -> (file: PolicyFile?, findings: [PolicyFinding]) {
        let reader = PolicyReader(text)
        guard !reader.findings.contains(where: \.isError) else { return (nil, reader.findings) }
        let lines = reader.marks.map { $0?.line ?? 0 }
        let warnings = reader.findings + PolicyLint(reader.policy, reader.marks).findings
        let digest = SHA256.hash(data: Data(text.utf8)).map { String(format: "%02x", $0) }.joined()
        let file = PolicyFile(
            path: path, text: text, policy: reader.policy, warnings: warnings, digest: digest, lines: lines)
        return (file, warnings)
    }
}
