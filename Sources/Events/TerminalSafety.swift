/// Whether a terminal shows the character as itself, in its place: no control or format character (bidirectional controls,
/// zero-width characters, tags), no line or paragraph separator, nothing that is invisible by default or not assigned.
public func isTerminalSafe(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x7F { return scalar.value >= 0x20 }
    let properties = scalar.properties
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: return false
    default: return !properties.isDefaultIgnorableCodePoint
    }
}
