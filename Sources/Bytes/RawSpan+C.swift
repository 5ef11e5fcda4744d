extension RawSpan {
    /// Calls `body` with the address of the bytes and their number, for a C function that only reads them.
    ///
    /// The address is never null, also where there is no byte. It must not outlive the call.
    public func withCAddress<Result>(_ body: (UnsafeRawPointer, Int) -> Result) -> Result {
        withUnsafeBytes { buffer in
            if let address = buffer.baseAddress { return body(address, buffer.count) }
            return withUnsafePointer(to: UInt8(0)) { body(UnsafeRawPointer($0), 0) }
        }
    }
}
