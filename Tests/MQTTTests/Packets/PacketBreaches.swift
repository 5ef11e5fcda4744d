import Events

/// Further breaches that one packet shows: with those of `ViolationTests` at least one for each statement of which
/// `MQTTStatement` says so, in each version.
let packetBreaches = connectPackets + publishPackets + subscribePackets + answerPackets

private let connectPackets = [
    // MQTT 3.1.1. A lone string behind the payload is the field that comes next.
    Breach(
        "user name without its flag", 4, "1010 0004 4d515454 04 02 003c 0001 61 0001 75",
        ["MQTT-3.1.4-1", "MQTT-3.1.2-18"]),
    Breach(
        "password without its flag", 4, "1013 0004 4d515454 04 82 003c 0001 61 0001 75 0001 70",
        ["MQTT-3.1.4-1", "MQTT-3.1.2-20"]),
    Breach(
        "will without its flag", 4, "1019 0004 4d515454 04 c2 003c 0001 61 0001 75 0001 70 0001 74 0001 6d",
        ["MQTT-3.1.4-1", "MQTT-3.1.2-11"]),
    Breach("no password", 4, "1010 0004 4d515454 04 c2 003c 0001 61 0001 75", ["MQTT-2.2.3", "MQTT-3.1.2-21"]),
    Breach("bytes that are no string left over", 4, "100f 0004 4d515454 04 02 003c 0001 61 0001", ["MQTT-3.1.4-1"]),
    Breach("U+0000 in the client identifier", 4, "100d 0004 4d515454 04 02 003c 0001 00", ["MQTT-1.5.3-2"]),
    Breach(
        "U+0000 in the will topic", 4, "1013 0004 4d515454 04 06 003c 0001 61 0001 00 0001 63",
        ["MQTT-1.5.3-2", "MQTT-4.7.3-2"]),
    Breach("client identifier runs over", 4, "100d 0004 4d515454 04 02 003c 0002 61", ["MQTT-1.5.3"]),
    Breach("length that runs over", 4, "100d 00ff 4d515454 04 02 003c 0001 61", ["MQTT-1.5.3"]),
    Breach("flags of CONNECT", 4, "110d 0004 4d515454 04 02 003c 0001 61", ["MQTT-2.2.2-1"]),
    // MQTT 5.0.
    Breach("unknown name", 5, "100e 0004 4d515458 05 02 003c 00 0001 61", ["MQTT-3.1.2-1"]),
    Breach("name of 3.1", 5, "1010 0006 4d5149736470 05 02 003c 00 0001 61", ["MQTT-3.1.2-1"]),
    // What a level stands for that no specification has, nobody knows.
    Breach("level 6", 5, "100e 0004 4d515454 06 02 003c 00 0001 61", ["MQTT-3.1.2-2"]),
    Breach("flags of CONNECT", 5, "1f0e 0004 4d515454 05 02 003c 00 0001 61", ["MQTT-2.1.3-1"]),
    Breach("reserved flag", 5, "100e 0004 4d515454 05 03 003c 00 0001 61", ["MQTT-3.1.2-3"]),
    Breach(
        "no will", 5, "100e 0004 4d515454 05 06 003c 00 0001 61", ["MQTT-2.2.2-1", "MQTT-3.1.2-9"]),
    Breach(
        "will properties alone", 5, "100f 0004 4d515454 05 06 003c 00 0001 61 00", ["MQTT-2.1.4", "MQTT-3.1.2-9"]),
    Breach(
        "user name without its flag", 5, "1014 0004 4d515454 05 42 003c 00 0001 61 0001 70 0001 75",
        ["MQTT-3.1.4-1", "MQTT-3.1.2-16"]),
    Breach("no user name", 5, "100e 0004 4d515454 05 82 003c 00 0001 61", ["MQTT-2.1.4", "MQTT-3.1.2-17"]),
    Breach(
        "password without its flag", 5, "1014 0004 4d515454 05 82 003c 00 0001 61 0001 75 0001 70",
        ["MQTT-3.1.4-1", "MQTT-3.1.2-18"]),
    Breach("no client identifier", 5, "100b 0004 4d515454 05 02 003c 00", ["MQTT-2.1.4", "MQTT-3.1.3-3"]),
    Breach(
        "ill-formed client identifier", 5, "100e 0004 4d515454 05 02 003c 00 0001 ff", ["MQTT-1.5.4-1", "MQTT-3.1.3-4"]),
    Breach("bytes left over", 5, "100f 0004 4d515454 05 02 003c 00 0001 61 00", ["MQTT-3.1.4-1"]),
    Breach("no property length", 5, "100a 0004 4d515454 05 02 003c", ["MQTT-2.2.2-1"]),
    Breach("property length runs over", 5, "100b 0004 4d515454 05 02 003c 01", ["MQTT-2.2.2.1"]),
    Breach("property length of five bytes", 5, "100f 0004 4d515454 05 02 003c ffffffff7f", ["MQTT-1.5.5"]),
    Breach("method runs over", 5, "100f 0004 4d515454 05 02 003c 04 15000561", ["MQTT-1.5.4"]),
    Breach("data without a method", 5, "1012 0004 4d515454 05 02 003c 04 16000161 0001 61", ["MQTT-3.1.2.11.10"]),
    Breach("U+0000 in the user name", 5, "1011 0004 4d515454 05 82 003c 00 0001 61 0001 00", ["MQTT-1.5.4-2"]),
    Breach("maximum packet size 0", 5, "1013 0004 4d515454 05 02 003c 05 2700000000 0001 61", ["MQTT-3.1.2.11"]),
    Breach("request problem information 2", 5, "1010 0004 4d515454 05 02 003c 02 1702 0001 61", ["MQTT-3.1.2.11"]),
    Breach(
        "will payload format 2", 5, "1017 0004 4d515454 05 06 003c 00 0001 61 02 0102 0001 62 0001 63",
        ["MQTT-3.1.3.2"]),
    Breach(
        "wildcard in the response topic of a will", 5,
        "1019 0004 4d515454 05 06 003c 00 0001 61 04 08000123 0001 62 0001 63", ["MQTT-4.7.0-1"]),
    Breach(
        "receive maximum in a will", 5, "1018 0004 4d515454 05 06 003c 00 0001 61 03 210001 0001 62 0001 63",
        ["MQTT-2.2.2.2"]),
]

private let publishPackets = [
    Breach("DUP of QoS 0", 4, "3803 0001 61", ["MQTT-3.3.1-2", "MQTT-4.3.1-1"]),
    Breach("no topic", 4, "3000", ["MQTT-2.2.3", "MQTT-3.3.2-1"]),
    Breach("no topic", 5, "3000", ["MQTT-2.1.4", "MQTT-3.3.2-1"]),
    Breach("half a topic length", 4, "3001 00", ["MQTT-2.2.3"]),
    Breach("QoS 3", 5, "3606 0001 61 0001 00", ["MQTT-3.3.1-4"]),
    Breach("U+0000", 5, "3004 0001 00 00", ["MQTT-1.5.4-2", "MQTT-4.7.3-2"]),
    Breach("ill-formed response topic", 5, "3008 0001 61 04 080001ff", ["MQTT-1.5.4-1", "MQTT-3.3.2-13"]),
    Breach("empty response topic", 5, "3007 0001 61 03 080000", ["MQTT-4.7.3-1"]),
    Breach("U+0000 in the response topic", 5, "3008 0001 61 04 08000100", ["MQTT-1.5.4-2", "MQTT-4.7.3-2"]),
    Breach("correlation data runs over", 5, "3008 0001 61 04 09000561", ["MQTT-1.5.4"]),
    Breach("value of a user property runs over", 5, "300b 0001 61 07 26 0001 61 0002 62", ["MQTT-1.5.4"]),
    Breach("property length of five bytes", 5, "3008 0001 61 8080808001", ["MQTT-1.5.5"]),
    Breach("property identifier of two bytes", 5, "3006 0001 61 02 8101", ["MQTT-2.2.2.2"]),
]

private let subscribePackets = [
    Breach("flags of SUBSCRIBE", 5, "8007 0001 00 0001 61 00", ["MQTT-2.1.3-1", "MQTT-3.8.1-1"]),
    Breach("ill-formed filter", 5, "8207 0001 00 0001 80 00", ["MQTT-1.5.4-1", "MQTT-3.8.3-1"]),
    Breach("U+0000 in a filter", 5, "8207 0001 00 0001 00 00", ["MQTT-1.5.4-2", "MQTT-4.7.3-2"]),
    Breach("filter runs over", 4, "8206 0001 00ff 61 00", ["MQTT-1.5.3"]),
    Breach("nothing at all", 4, "8200", ["MQTT-2.2.3"]),
    Breach("subscription identifier twice", 5, "820b 0001 04 0b010b02 0001 61 00", ["MQTT-3.8.2.1"]),
    Breach("empty filter behind the share name", 5, "820f 0001 00 0009 2473686172652f672f 00", ["MQTT-4.8.2-2"]),
    Breach("flags of UNSUBSCRIBE", 5, "a006 0001 00 0001 61", ["MQTT-2.1.3-1", "MQTT-3.10.1-1"]),
    Breach("UNSUBSCRIBE, ill-formed filter", 4, "a205 0001 0001 80", ["MQTT-1.5.3-1", "MQTT-3.10.3-1"]),
    Breach("UNSUBSCRIBE without filter", 5, "a203 0001 00", ["MQTT-3.10.3-2"]),
    Breach("UNSUBSCRIBE, `#` not last", 5, "a208 0001 00 0003 232f61", ["MQTT-4.7.1-1"]),
    Breach("UNSUBSCRIBE, empty filter", 4, "a204 0001 0000", ["MQTT-4.7.3-1"]),
    Breach("UNSUBSCRIBE with identifier 0", 5, "a206 0000 00 0001 61", ["MQTT-2.2.1-3"]),
]

private let answerPackets = [
    Breach("SUBACK without a code", 4, "9002 0001", ["MQTT-3.8.4-5"], .toClient),
    Breach("SUBACK without a code", 5, "9003 0001 00", ["MQTT-3.8.4-6"], .toClient),
    Breach("UNSUBACK without a code", 5, "b003 0001 00", ["MQTT-3.11.3-1"], .toClient),
    Breach("SUBACK with identifier 0", 5, "9004 0000 00 00", ["MQTT-2.2.1-6"], .toClient),
    Breach("SUBACK, code that grants nothing", 5, "9004 0001 00 03", ["MQTT-3.9.3-2", "MQTT-3.8.4-7"], .toClient),
    Breach("SUBACK, unknown refusal", 5, "9004 0001 00 ff", ["MQTT-3.9.3-2"], .toClient),
    Breach("PUBACK, string runs over", 5, "4008 0001 00 04 1f000561", ["MQTT-1.5.4"], .toClient),
    Breach("PUBREC of one byte", 4, "5001 00", ["MQTT-2.2.3"]),
    Breach("CONNACK of one byte", 4, "2001 00", ["MQTT-2.2.3"], .toClient),
    Breach("CONNACK too long", 4, "2003 0000 00", ["MQTT-3.2.1"], .toClient),
    Breach("CONNACK too long", 5, "2004 0000 00 00", ["MQTT-3.2.1"], .toClient),
    Breach("UNSUBACK too long", 4, "b003 0001 00", ["MQTT-3.11.1"], .toClient),
    Breach("flags of DISCONNECT", 5, "e100", ["MQTT-2.1.3-1", "MQTT-3.14.1-1"]),
    Breach("DISCONNECT of a client, code of a server", 5, "e001 8b", ["MQTT-3.14.2.1"]),
    Breach("DISCONNECT of a server, code of a client", 5, "e001 04", ["MQTT-3.14.2.1"], .toClient),
    Breach("AUTH of a client that succeeds", 5, "f000", ["MQTT-3.15.2.1", "MQTT-4.12.0-3"]),
    Breach(
        "AUTH of a server that begins anew", 5, "f006 19 04 15000161", ["MQTT-3.15.2.1", "MQTT-4.12.0-2"], .toClient),
    Breach("AUTH, unknown code", 5, "f006 01 04 15000161", ["MQTT-3.15.2-1", "MQTT-4.12.0-2"], .toClient),
    Breach("AUTH without a method", 5, "f002 18 00", ["MQTT-3.15.2.2.2"], .toClient),
]

/// Breaches of MQTT V3.1, named by the sections of its specification.
let packetBreaches31 = [
    Breach("reserved type", 3, "0000", ["MQTT31-2.1"]),
    Breach("type 15", 3, "f000", ["MQTT31-2.1"]),
    Breach("length of five bytes", 3, "30ffffffff7f", ["MQTT31-2.1"]),
    Breach("QoS 3", 3, "3605 0001 61 0001", ["MQTT31-2.1"]),
    Breach("DUP of QoS 0", 3, "3803 0001 61", ["MQTT31-2.1"]),
    Breach("PUBREL of QoS 0", 3, "6002 0001", ["MQTT31-2.1"]),
    Breach("PINGREQ of a server", 3, "c000", ["MQTT31-2.1"], .toClient),
    Breach("unknown name", 3, "100f 0006 4d5149736471 03 02 003c 0001 61", ["MQTT31-2.2"]),
    Breach("will QoS 3", 3, "1015 0006 4d5149736470 03 1e 003c 0001 61 0001 62 0001 63", ["MQTT31-2.2"]),
    Breach("lone password", 3, "1012 0006 4d5149736470 03 42 003c 0001 61 0001 70", ["MQTT31-2.2"]),
    Breach("packet identifier 0", 3, "3205 0001 61 0000", ["MQTT31-2.4"]),
    Breach("PUBACK with identifier 0", 3, "4002 0000", ["MQTT31-2.4"], .toClient),
    Breach("ill-formed topic", 3, "3003 0001 ff", ["MQTT31-2.5"]),
    Breach("topic runs over", 3, "3005 ffff 616263", ["MQTT31-2.5"]),
    Breach(
        "client identifier of 24 characters", 3,
        "1026 0006 4d5149736470 03 02 003c 0018 616161616161616161616161616161616161616161616161", ["MQTT31-3.1"]),
    Breach("user name without its flag", 3, "1012 0006 4d5149736470 03 02 003c 0001 61 0001 75", ["MQTT31-3.1"]),
    Breach("unknown code", 3, "2002 0006", ["MQTT31-3.2"], .toClient),
    Breach("wildcard", 3, "3003 0001 23", ["MQTT31-3.3"]),
    Breach("no topic", 3, "3000", ["MQTT31-3.3"]),
    Breach("PUBACK too long", 3, "4003 0001 00", ["MQTT31-3.4"]),
    Breach("PUBREC too short", 3, "5001 00", ["MQTT31-3.5"]),
    Breach("PUBREL too long", 3, "6203 0001 00", ["MQTT31-3.6"]),
    Breach("PUBCOMP too long", 3, "7003 0001 00", ["MQTT31-3.7"]),
    Breach("no filter", 3, "8202 0001", ["MQTT31-3.8"]),
    Breach("SUBACK without a code", 3, "9002 0001", ["MQTT31-3.9"], .toClient),
    Breach("UNSUBSCRIBE without filter", 3, "a202 0001", ["MQTT31-3.10"]),
    Breach("UNSUBACK too long", 3, "b003 0001 00", ["MQTT31-3.11"], .toClient),
    Breach("PINGREQ too long", 3, "c001 00", ["MQTT31-3.12"]),
    Breach("PINGRESP too long", 3, "d001 00", ["MQTT31-3.13"], .toClient),
    Breach("DISCONNECT too long", 3, "e001 00", ["MQTT31-3.14"]),
    Breach("`#` not last", 3, "8208 0001 0003 232f61 00", ["MQTT31-A"]),
    Breach("empty filter", 3, "8205 0001 0000 00", ["MQTT31-A"]),
]
