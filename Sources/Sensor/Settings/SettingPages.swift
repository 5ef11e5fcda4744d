/// What is made of the declarations of settings for people: the shipped configuration, where each stands as a comment with
/// its default, and the page of the documentation.
public enum SettingPages {
    /// The text of `Packaging/earshot.yaml`.
    public static var file: String {
        var lines = comment(
            "Earshot. What stands here beats the defaults; the environment and the command line beat what stands here. "
                + "Each setting stands here with its default, or with an example where it says what the default is. "
                + "'earshot config check' tells what is wrong here, 'earshot config show' what counts. On SIGHUP "
                + "(systemctl reload earshot) the file is read again: \(reloaded) take effect at once, and the log says "
                + "which others wait for the next start.")
        for section in Settings.sections {
            lines += ["", "# --- \(section.title) ---"]
            for key in section.keys {
                lines.append("")
                lines += comment(key.documentation + (isRange(key) ? " \(capitalised(key.type))." : ""))
                let value = key.example ?? key.value(Settings(environment: [:])).yaml
                let text = "\(key.name):" + (value.hasPrefix("\n") ? value : " \(value)")
                lines += text.split(separator: "\n").map { "# \($0)" }
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The text of `Docs/configuration.md`.
    public static var page: String {
        var lines = [
            "# Configuration", "",
            "<!-- Made of Sources/Sensor/Settings/Settings+Keys.swift: EARSHOT_WRITE_PAGES=1 swift test --filter SettingPages -->",
            "",
        ]
        lines += wrapped(
            "`/etc/earshot/earshot.yaml`, or the file that `--config` or `EARSHOT_CONFIG` names. Options beat the environment, "
                + "that beats the file, that beats the defaults. A key that does not exist and a value that does not fit are "
                + "errors with line and column.")
        lines += [
            "", "    earshot config check            what is wrong, and what mends it",
            "    earshot config show             what counts, and where it came from", "",
        ]
        lines += wrapped(
            "On SIGHUP the file is read again: \(reloaded) take effect at once, and the log says which others wait for the "
                + "next start.")
        for section in Settings.sections {
            lines += ["", "## \(section.title)"]
            for key in section.keys {
                lines += ["", "### `\(key.name)`", ""] + wrapped(key.documentation) + [""] + wrapped(facts(key))
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func facts(_ key: SettingKey) -> String {
        var facts = [capitalised(key.type)]
        if key.example == nil { facts.append("default `\(key.value(Settings(environment: [:])).yaml)`") }
        if let variable = key.variable { facts.append("environment `\(variable)`") }
        if let option = key.option { facts.append("option `\(option)`") }
        if key.isReloaded { facts.append("read again on SIGHUP") }
        return facts.joined(separator: "; ") + "."
    }

    /// The settings that a running sensor takes over.
    private static var reloaded: String {
        let names = Settings.keys.filter(\.isReloaded).map(\.name)
        return names.dropLast().joined(separator: ", ") + " and " + (names.last ?? "")
    }

    /// Whether the type says more than the default does.
    private static func isRange(_ key: SettingKey) -> Bool { key.type.contains(" from ") }

    private static func capitalised(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

    /// Sentences as lines of a comment.
    private static func comment(_ text: String) -> [String] { wrapped(text, width: 118).map { "# \($0)" } }

    /// Sentences as lines.
    private static func wrapped(_ text: String, width: Int = 120) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? word : " \(word)"
        }
        return lines + [line]
    }
}
