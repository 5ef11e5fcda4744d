import Testing

@testable import Sigma

@Suite struct NetworkTextTests {
    /// Checked against `ipaddress.ip_network` of Python 3, which pySigma uses. It also takes 10.0.0.0, 10.0.0.0/08,
    /// 10.0.0.0/255.0.0.0 and a zone, which we do not.
    static let good = [
        "10.0.0.0/8", "0.0.0.0/0", "192.168.1.128/25", "255.255.255.255/32", "10.64.0.0/10", "::/0", "fe80::/10",
        "2001:db8::/32", "2001:db8:0:0:1::/80", "::1/128", "1:2:3:4:5:6:7:8/128", "1::8/128", "::ffff:10.0.0.0/104",
        "64:ff9b::192.0.2.33/128", "1:2:3:4:5:6:7::/112", "FE80::/10", "::2:3:4:5:6:7:8/128",
    ]
    static let bad = [
        "", "/", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0.1/8", "10.0.0/8",
        "10.0.0.0.0/8", "300.0.0.0/8", "010.0.0.0/8", "10.0.0.0/8/8", "10.0.0.0/255.0.0.0", "a.b.c.d/8", " 10.0.0.0/8",
        "fe80::/129", "fe80::1/10", "1::2::3/128", ":::/0", ":1:2:3:4:5:6:7/128", "1:2:3:4:5:6:7:/128",
        "1:2:3:4:5:6:7/128", "1:2:3:4:5:6:7:8:9/128", "12345::/16", "g::/16", "fe80::%eth0/64", "::1.2.3/128",
        "+1::/16",
        "1.2.3.4::/16", ":/0", "\u{661}.0.0.0/8",
    ]

    @Test("Networks are taken", arguments: good) func networksAreTaken(text: String) {
        #expect(networkProblem(text) == nil)
    }
    @Test("Other text is not", arguments: bad) func otherTextIsNot(text: String) {
        #expect(networkProblem(text) != nil)
    }
}
