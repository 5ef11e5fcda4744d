import Foundation
import Sigma

/// What is doubtful about settings that could be read.
public struct SettingFinding: Hashable, Sendable {
    /// Whether a sensor would not start with it.
    public var isError: Bool
    /// One line for people: where, what, and the cure.
    public var text: String
}

extension Settings {
    /// Holds the settings against this machine: whether what they name is there.
    ///
    /// - Returns: what is wrong or doubtful, in the order of the settings.
    public func findings() -> [SettingFinding] {
        storeFindings() + listFindings()
            + pathFindings("rules", rules) + pathFindings("only_rules", onlyRules) + pathFindings("filters", filters)
            + policyFindings() + siteListFindings()
    }

    private func finding(_ key: String, isError: Bool, _ text: String) -> SettingFinding {
        let origin = origins[key].map { "\($0.text): " } ?? ""
        return SettingFinding(isError: isError, text: "\(origin)\(isError ? "" : "warning: ")\(text)")
    }

    private func storeFindings() -> [SettingFinding] {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: database, isDirectory: &isFolder), isFolder.boolValue {
            return [finding("db", isError: true, "'db' wants a file, and \(database) is a folder; add a name to it")]
        }
        let folder = URL(fileURLWithPath: database).deletingLastPathComponent().path
        guard access(folder, F_OK) != 0 else { return [] }
        return [
            finding(
                "db", isError: true,
                "the folder \(folder) of the store is not there or may not be entered; make it with mkdir -p")
        ]
    }

    private func pathFindings(_ key: String, _ paths: [String]) -> [SettingFinding] {
        paths.filter { access($0, R_OK) != 0 }.map { path in
            let reason = String(cString: strerror(errno))
            return finding(key, isError: true, "'\(key)' names \(path): \(reason); mend the path or take it out")
        }
    }

    private func siteListFindings() -> [SettingFinding] {
        guard let siteList else { return [] }
        do throws(SensorError) {
            let list = try SiteInventory(path: siteList)
            guard list.empty > 0 else { return [] }
            return [
                finding(
                    "site_list", isError: false, "\(list.empty) rows of \(siteList) have neither a name nor an address")
            ]
        } catch { return [finding("site_list", isError: true, error.message)] }
    }

    private func policyFindings() -> [SettingFinding] {
        guard let policy else { return [] }
        do throws(SensorError) {
            return try PolicyFile.load(policy).warnings.map { finding("policy", isError: false, $0.text(in: policy)) }
        } catch { return [finding("policy", isError: true, error.message)] }
    }

    private func listFindings() -> [SettingFinding] {
        let known = SiteLists.all.map(\.name)
        return lists.keys.sorted().compactMap { name in
            guard !known.contains(name), let near = nearestName(to: name, among: known) else { return nil }
            return finding(
                "lists", isError: false,
                "the list '\(name)' is none that shipped rules use; did you mean '\(near)'?")
        }
    }
}
