import FuzzSupport

/// The first byte chooses: the laws of delivery, or segments and datagrams of any kind with small limits.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var script = Script(data, count)
    if script.byte() & 1 == 0 { checkDelivery(&script) } else { checkBounds(&script) }
    return 0
}
