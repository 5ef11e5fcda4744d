/// The version of the forwarder: that of the sensor it comes with.
public enum ForwardVersion {
    /// As semantic versioning writes it.
    public static let current = "0.1.0"
}
