/// How CoAP servers are set right: calls that libcoap 4.3 and Californium 3 document.
enum CoAPAdvice {
    /// DTLS, and nothing beside it.
    static let encryption = [
        Recipe.Product(
            "libcoap", "An endpoint of DTLS alone: make none of COAP_PROTO_UDP.",
            """
            coap_dtls_spsk_t psk;
            memset(&psk, 0, sizeof(psk));
            psk.version = COAP_DTLS_SPSK_SETUP_VERSION;
            psk.psk_info.key.s = key;
            psk.psk_info.key.length = key_length;
            coap_context_set_psk2(context, &psk);
            coap_new_endpoint(context, &address, COAP_PROTO_DTLS);
            """),
        Recipe.Product(
            "Californium", "Added before start(): a server that has an endpoint makes no plain one by itself.",
            """
            AdvancedMultiPskStore keys = new AdvancedMultiPskStore();
            keys.setKey("pump-7", key);
            DtlsConnectorConfig dtls = DtlsConnectorConfig.builder(configuration)
                .setAddress(new InetSocketAddress(5684)).setAdvancedPskStore(keys).build();
            server.addEndpoint(CoapEndpoint.builder()
                .setConfiguration(configuration).setConnector(new DTLSConnector(dtls)).build());
            """),
    ]

    /// Writing for those alone who prove who they are.
    static let writes = [
        Recipe.Product(
            "libcoap",
            "Register no handler of PUT, POST or DELETE that is not needed; the others behind OSCORE (4.3.2 and "
                + "newer) or DTLS.",
            """
            resource = coap_resource_init(coap_make_str_const("valve"), COAP_RESOURCE_FLAGS_OSCORE_ONLY);
            coap_register_handler(resource, COAP_REQUEST_PUT, put_valve);
            """)
    ]

    /// Short answers to strangers.
    static let amplification = [
        Recipe.Product(
            "Firewall", "Let only those ask who have reason to: an answer then cannot be sent to others.",
            "nft add rule inet filter input udp dport 5683 ip saddr != 10.0.0.0/8 drop"),
        Recipe.Product(
            "libcoap",
            "Small blocks (4.3.5 and newer), no multicast group that is not needed; DTLS shuts strangers out "
                + "altogether.",
            "coap_context_set_max_block_size(context, 64);"),
        Recipe.Product(
            "Californium", "Small blocks, in the configuration of the endpoint; DTLS shuts strangers out altogether.",
            """
            configuration.set(CoapConfig.PREFERRED_BLOCK_SIZE, 64);
            configuration.set(CoapConfig.MAX_MESSAGE_SIZE, 64);
            """),
        Recipe.Product(
            "Others",
            "Ask with the Echo option (RFC 9175, 2.4) before a long answer goes to an address that is not known."),
    ]

    /// No list for strangers.
    static let lists = [
        Recipe.Product(
            "Californium", "Takes a resource out of the list; it can still be asked for by its name.",
            "resource.setVisible(false);"),
        Recipe.Product("libcoap", "It lists what it has to whoever may connect: let them connect by DTLS only."),
    ]
}
