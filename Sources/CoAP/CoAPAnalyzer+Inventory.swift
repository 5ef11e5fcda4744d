import Events

extension CoAPAnalyzer {
    /// What messages say to an inventory.
    static var inventoryRoles: InventoryRoles {
        var roles = InventoryRoles { code in
            switch CoAPCode(rawValue: code).class {
            case .request: .request
            case .success, .clientError, .serverError: .response
            default: nil
            }
        }
        roles.name = CoAPField.uriPath.fieldID
        roles.requestedName = CoAPField.requestURIPath.fieldID
        roles.isRepeated = CoAPField.retransmitted.fieldID
        roles.method = CoAPField.method.fieldID
        roles.requestedMethod = CoAPField.requestMethod.fieldID
        roles.outcome = CoAPField.class.fieldID
        roles.success = "success"
        // RFC 7252, 5.8; RFC 8132.
        roles.writing = ["POST", "PUT", "DELETE", "PATCH", "iPATCH"]
        roles.mediaType = CoAPField.contentFormatName.fieldID
        roles.amplification = CoAPField.amplification.fieldID
        roles.isMulticast = CoAPField.multicast.fieldID
        roles.listedTargets = CoAPField.linkTarget.fieldID
        roles.listedTypes = CoAPField.linkResourceType.fieldID
        roles.listedInterfaces = CoAPField.linkInterface.fieldID
        roles.observation = CoAPField.observeState.fieldID
        roles.protection = CoAPField.oscore.fieldID
        roles.version = CoAPField.version.fieldID
        roles.record = CoAPField.payload.fieldID
        return roles
    }
}
