import Events
import Sigma

extension FieldRegistry {
    /// The name of a field nearest to a misspelt one, where one is near enough to be what was meant.
    public func nearestName(to name: String) -> String? {
        Sigma.nearestName(to: name, among: entries.lazy.map(\.info.name))
    }
}
