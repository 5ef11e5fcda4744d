import Inventory

extension ServerRecord: JSONRecord {
    func write(to json: inout RecordJSON) {
        json.add("abilities", abilities)
        json.add("address", address)
        json.add("amplification", amplification)
        json.add("anonymous", anonymous)
        json.add("anonymousNetworks", anonymousNetworks)
        json.add("anonymousRefused", anonymousRefused)
        json.add("authenticated", authenticated)
        json.add("carriers", carriers)
        json.add("clientNetworks", clientNetworks)
        json.add("encryptedPort", encryptedPort)
        json.add("grantedAll", grantedAll)
        json.add("hardwareAddresses", hardwareAddresses)
        json.add("implementations", implementations)
        json.add("listed", listed)
        json.add("messages", messages)
        json.add("port", port)
        json.add("protected", protected)
        json.add("proto", proto)
        json.add("refused", refused)
        json.add("refusedAll", refusedAll)
        json.add("seen", seen)
        json.add("systemReadable", systemReadable)
        json.add("systemWritten", systemWritten)
        json.add("unprotectedWrites", unprotectedWrites)
        json.add("versions", versions)
    }
}

extension ClientRecord: JSONRecord {
    func write(to json: inout RecordJSON) {
        json.add("addresses", addresses)
        json.add("anonymous", anonymous)
        json.add("commands", commands)
        json.add("distinct", distinct)
        json.add("examples", examples)
        json.add("filters", filters)
        json.add("group", group)
        json.add("hardwareAddresses", hardwareAddresses)
        json.add("home", home)
        json.add("isBridge", isBridge)
        json.add("isEstimate", isEstimate)
        json.add("keepAlives", keepAlives)
        json.add("name", name)
        json.add("proto", proto)
        json.add("published", published)
        json.add("received", received)
        json.add("refused", refused)
        json.add("seen", seen)
        json.add("servers", servers)
        json.add("user", user)
        json.add("versions", versions)
    }
}

extension TopicRecord: JSONRecord {
    func write(to json: inout RecordJSON) {
        json.add("amplification", amplification)
        json.add("bytes", bytes)
        json.add("categories", categories)
        json.add("distinct", distinct)
        json.add("examples", examples)
        json.add("formats", formats)
        json.add("interval", interval)
        json.add("isCommand", isCommand)
        json.add("isEstimate", isEstimate)
        json.add("isListed", isListed)
        json.add("isObserved", isObserved)
        json.add("isRetained", isRetained)
        json.add("isShared", isShared)
        json.add("keys", keys)
        json.add("kinds", kinds)
        json.add("longest", longest)
        json.add("messages", messages)
        json.add("methods", methods)
        json.add("number", number)
        json.add("outcomes", outcomes)
        json.add("proto", proto)
        json.add("publishers", publishers)
        json.add("qos", qos)
        json.add("readers", readers)
        json.add("seen", seen)
        json.add("server", server)
        json.add("shortest", shortest)
        json.add("template", template)
        json.add("types", types)
    }
}

extension FilterRecord: JSONRecord {
    func write(to json: inout RecordJSON) {
        json.add("clients", clients)
        json.add("filter", filter)
        json.add("granted", granted)
        json.add("refused", refused)
        json.add("seen", seen)
        json.add("server", server)
    }
}

extension LinkRecord: JSONRecord {
    func write(to json: inout RecordJSON) {
        json.add("bytesToClient", bytesToClient)
        json.add("bytesToServer", bytesToServer)
        json.add("client", client)
        json.add("isClientInside", isClientInside)
        json.add("isServerInside", isServerInside)
        json.add("proto", proto)
        json.add("seen", seen)
        json.add("server", server)
    }
}

extension SecretRecord: JSONRecord {
    func write(to json: inout RecordJSON) {
        json.add("clients", clients)
        json.add("digest", digest)
        json.add("kind", kind)
        json.add("places", places)
        json.add("seen", seen)
        json.add("servers", servers)
    }
}
