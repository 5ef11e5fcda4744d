"""Situations of CoAP: reading in blocks, observing, management from outside, proxies, spoofed sources."""

import json

from .coap_ends import (BLOCK2, CHANGED, CONTENT, CONTENT_FORMAT, CREATED, DELETE, DELETED, GET, LOCATION_PATH, NON, NOT_FOUND,
                        POST, PUT, URI_QUERY, Device, Endpoint, block, firmware, number)
from .coap_wire import message
from .situations import hosts, situation
from .traffic import Group, Host, datagram

LINKS = b",".join(b'</sensors/%d>;rt="temperature";if="sensor";ct=0;obs' % index for index in range(18))


def server(network, address="10.20.0.40", **options):
    """A CoAP server inside."""
    return Endpoint(Host(network, address, rtt=0.01), **options)


def client(network, address="10.20.1.1", **options):
    """A CoAP client inside."""
    host = Host(network, address)
    return Endpoint(host, host.new_port(), **options)


@situation({"coap_client_from_outside": 1, "coap_amplification": 1}, why="One row of the server that answers the world "
           "outside, sources counted, and one that it sends them all together far more than they ask for.")
def spoofed_sources(network):
    """20,000 sources, all made up, ask one server inside for its list of resources within five minutes."""
    target = server(network)
    router = Host(network, "10.20.0.1")
    for index in range(20_000):
        address = f"198.{18 + index % 2}.{index // 256 % 256}.{index % 256}"
        source = Endpoint(Host(network, address, gateway=router, ttl=52), 40000 + index % 20000)
        source.ask(target, GET, "/.well-known/core", kind=NON, content=LINKS, answer_more=[(CONTENT_FORMAT, number(40))],
                   at=index * 0.015)
    network.run(301)


@situation(why="Nothing: one port, one answer a question, at its own pace.")
def dashboard_polls(network):
    """A dashboard reads 960 bytes from a server three times a second for five minutes, always from the same port."""
    target, dashboard = server(network), client(network)
    for index in range(900):
        network.at(index / 3, lambda: dashboard.ask(target, GET, "/status", content=b"{" + b"7" * 958 + b"}"))
    network.run(301)


@situation(why="Nothing: each block is asked for.")
def large_resource_in_blocks(network):
    """Four controllers read a resource of 120 kB in blocks of 1024 octets, and one in blocks of 64 over a line with
    losses."""
    target = server(network)
    body = network.random.randbytes(120_000)
    for index in range(4):
        reader = client(network, f"10.20.1.{index + 1}")
        network.at(1 + index * 5, reader.read_blocks, target, "/config/full", body)
    slow = client(network, "10.20.1.9")
    slow.host.loss = 0.02
    network.at(3, lambda: slow.read_blocks(target, "/config/full", body[:20_000], exponent=2, pause=0.02))
    network.run(240)


@situation(low={"coap_server_outside": 1}, why="One low row: management outside in clear. The registration came first.")
def managed_from_outside(network):
    """25 LwM2M devices register with a server outside, which reads, observes, writes and executes on them."""
    manager = Endpoint(Host(network, "198.51.100.30", rtt=0.04, ttl=50))
    for index, host in enumerate(hosts(network, 25)):
        device = Device(host, manager, f"urn:dev:mac:0024be{index:06x}", lifetime=120).live(first=index, observe=20)
        network.at(index + 5, device.read, "/3303/0/5700", b'[{"bn":"/3303/0/5700","v":21.5}]')
        network.at(index + 8, lambda device=device: manager.ask(device, PUT, "/1/0/1", b"120", answer=CHANGED))
        network.at(index + 9, lambda device=device: manager.ask(device, PUT, "/3/0/14", b"+01:00", answer=CHANGED))
        network.at(index + 10, lambda device=device: manager.ask(device, POST, "/1/0/8", answer=CHANGED))
    network.run(300)


@situation({"coap_client_from_outside": 1, "coap_write_from_outside": 1}, {"coap_server_outside": 1},
           why="Seen in the middle: the registrations were before the sensor began; a row of the two rules at most, "
           "for any number of devices.")
def managed_from_outside_midstream(network):
    """The same where the sensor starts later: updates of registrations come only after reads and writes."""
    manager = Endpoint(Host(network, "198.51.100.30", rtt=0.04, ttl=50))
    device = Device(Host(network, "10.20.1.1"), manager, "urn:dev:mac:0024be000001", lifetime=120)
    device.location = "5a31"
    network.at(1, device.read, "/3303/0/5700", b'[{"bn":"/3303/0/5700","v":21.5}]')
    network.at(3, lambda: manager.ask(device, PUT, "/1/0/1", b"120", answer=CHANGED))
    network.at(9, device.update)
    network.run(60)


@situation(why="Nothing: a dashboard that opens 40 things at once observes each once.")
def dashboard_opens(network):
    """A dashboard opens 40 observations on ten devices, four each, is closed and opened again."""
    devices = [server(network, f"10.20.0.{40 + index}") for index in range(10)]
    for time in (2, 90):
        dashboard = client(network, "10.20.1.1")
        for index in range(40):
            network.at(time + index / 20, lambda dashboard=dashboard, index=index, time=time: dashboard.observe(
                devices[index % 10], f"/sensor/{index // 10}", lambda: b"21.5", 5, until=time + 70))
    network.run(180)


@situation(why="Nothing: one gateway with many resources; each observed once.")
def dashboard_opens_one_gateway(network):
    """A dashboard opens 40 observations on one gateway, all with their own token, as a page with forty tiles does."""
    gateway, dashboard = server(network), client(network)
    for index in range(40):
        network.at(2 + index / 20, lambda index=index: dashboard.observe(
            gateway, f"/zone/{index}/temperature", lambda: b"21.5", 10, until=110))
    network.run(120)


@situation(why="Nothing: clients inside use a proxy inside.")
def forward_proxy(network):
    """Twelve clients read from sleepy devices by way of a forward proxy (Proxy-Uri), which asks the devices itself."""
    proxy = server(network)
    onward = Endpoint(proxy.host, 49152)
    devices = [server(network, f"10.20.0.{50 + index}") for index in range(6)]
    for index in range(240):
        reader = client(network, f"10.20.1.{index % 12 + 1}")
        device = devices[index % 6]
        uri = f"coap://{device.host.address}/sensors/temp".encode()
        at = 1 + index / 2
        network.at(at, lambda reader=reader, uri=uri: reader.ask(proxy, GET, "", more=[(35, uri)], content=b"21.5"))
        network.at(at + 0.002, lambda device=device: onward.ask(device, GET, "/sensors/temp", content=b"21.5"))
    network.run(130)


@situation({"coap_lwm2m_bootstrap": 1, "coap_lwm2m_security_object": 1},
           why="True: a bootstrap in clear shows the keys it writes; one row of the server, one for the keys.")
def bootstrap(network):
    """Fifteen devices are commissioned: POST /bs, the bootstrap server deletes, writes /0 and /1, and says it is
    done."""
    bootstrap_server = server(network, "10.20.0.30")
    for index, host in enumerate(hosts(network, 15)):
        device = Device(host, bootstrap_server, f"urn:imei:35000000000{index:04d}")
        at = 2 + 4 * index
        name = device.name.encode()
        network.at(at, lambda device=device, name=name: device.ask(
            bootstrap_server, POST, "/bs", more=[(URI_QUERY, b"ep=" + name)], answer=CHANGED))
        steps = [(DELETE, "/0", b""), (PUT, "/0/1", network.random.randbytes(60)), (PUT, "/1/1", b"\xc1\x00\x01"),
                 (POST, "/bs", b"")]
        for step, (code, path, payload) in enumerate(steps):
            network.at(at + 0.3 + step / 5, lambda device=device, code=code, path=path, payload=payload: bootstrap_server.ask(
                device, code, path, payload, answer=DELETED if code == DELETE else CHANGED))
    network.run(80)


@situation({"coap_lwm2m_firmware_update": 1}, why="True: an update in clear; one row of the server, devices counted.")
def firmware_update(network):
    """A server inside updates twenty devices: 24 kB by Block1 to /5/0/0, then the update; one device is asked for by
    URI."""
    manager = server(network, "10.20.0.30")
    image = firmware(network, 24_000)
    for index, host in enumerate(hosts(network, 20)):
        device = Device(host, manager, f"urn:dev:ops:1-valve-{index}").live(first=index / 2, observe=60)
        if index == 19:
            network.at(
    40,
    lambda device=device: manager.ask(
        device,
        PUT,
        "/5/0/1",
        b"coap://10.20.0.30/fw/7",
         answer=CHANGED))
        else:
            network.at(
    20 + index * 6,
    lambda device=device: manager.write_blocks(
        device,
        PUT,
        "/5/0/0",
        image,
         exponent=5))
        network.at(160 + index, lambda device=device: manager.ask(device, POST, "/5/0/2", answer=CHANGED))
        network.at(175 + index, device.register)
    network.run(220)


@situation(why="Nothing: OCF devices are found by multicast; every one answers once.")
def ocf_discovery(network):
    """A phone looks for OCF devices by multicast (/oic/res) three times; 30 devices answer it each time, within a
    second."""
    phone = client(network, "10.20.1.77")
    lamps = [server(network, f"10.20.2.{index + 1}", port=5683) for index in range(30)]
    group = Group("224.0.1.187")
    for round in range(3):
        at = 2 + 20 * round
        token = phone.token()
        request = message(GET, "/oic/res", kind=NON, mid=phone.next_identifier(),
                          token=token, more=[(17, number(10000))])
        network.at(at, datagram, network, at, phone.host, phone.port, group, 5683, request)
        for lamp in lamps:
            reply = message(CONTENT, kind=NON, mid=lamp.next_identifier(), token=token, more=[(CONTENT_FORMAT, number(10000))],
                            payload=json.dumps([{"di": lamp.host.address, "links": [{"href": "/light"}]}]).encode())
            network.at(at, lamp.send, phone, reply, at + 0.05 + network.random.random())
    network.run(70)


@situation(low={"coap_directory_lookup": 1}, why="One low row: somebody reads the directory.")
def resource_directory(network):
    """40 devices register with a resource directory and refresh; five gateways look up what there is, each minute."""
    directory = server(network, "10.20.0.30")
    for index, host in enumerate(hosts(network, 40)):
        node = Endpoint(host)
        query = [(URI_QUERY, f"ep=node-{index}".encode()), (URI_QUERY, b"lt=120")]
        network.at(1 + index / 4, lambda node=node, query=query: node.ask(
            directory, POST, "/rd", b'</temp>;rt="temperature";obs', more=[(CONTENT_FORMAT, number(40)), *query],
            answer=CREATED, answer_more=[(LOCATION_PATH, b"rd"), (LOCATION_PATH, b"%04x" % node.host.ident)]))
        network.every(
    100,
    lambda node=node: node.ask(
        directory,
        POST,
        f"/rd/{node.host.ident:04x}",
        answer=CHANGED),
         first=100)
    for index in range(5):
        gateway = client(network, f"10.20.4.{index + 1}")
        network.every(60, lambda gateway=gateway: gateway.ask(
            directory, GET, "/rd-lookup/res", more=[(URI_QUERY, b"rt=temperature")],
            content=b",".join(b'<coap://10.20.1.%d/temp>;rt="temperature"' % n for n in range(1, 21))), first=20)
    network.run(260)


@situation(low={"coap_registration_moved": [0, 1]},
           why="Nothing: an address that moves is what a lease does; each registration names its new place.")
def devices_get_new_addresses(network):
    """After a power cut thirty LwM2M devices get other addresses from DHCP, some that of a neighbour, and register
    again."""
    manager = server(network, "10.20.0.30")
    for index in range(30):
        name = f"urn:dev:ops:1-meter-{index}"
        Device(Host(network, f"10.20.1.{index + 1}"), manager, name).live(first=index / 3, observe=0)
        Device(Host(network, f"10.20.1.{(index * 7 + 3) % 30 + 1}"), manager, name).live(first=90 + index, observe=0)
    network.run(200)


@situation(why="Nothing: 4.04 is what a device without that resource says.")
def polling_what_is_not_there(network):
    """A poller made for a newer model reads 35 resources of each of five old devices every minute; fifteen of them are
    not there."""
    poller = client(network, "10.20.1.1")
    for index in range(5):
        device = server(network, f"10.20.0.{60 + index}")
        for minute in range(4):
            for path in range(35):
                there = path < 20
                network.at(2 + minute * 60 + index * 6 + path / 7, lambda device=device, path=path, there=there: poller.ask(
                    device, GET, f"/3/0/{path}", answer=CONTENT if there else NOT_FOUND, content=b"1" if there else b""))
    network.run(250)


@situation(why="Nothing: a device that retransmits into the void uses four retransmissions, as RFC 7252 says.")
def server_away(network):
    """A server is away for ten minutes: twenty devices send their readings, each five times with rising pauses, in
    vain."""
    target = server(network)
    for index, host in enumerate(hosts(network, 20)):
        device = Endpoint(host)
        for attempt in range(5):
            at = index + attempt * 110
            request = message(POST, "/data", mid=device.next_identifier(), token=device.token(), payload=b'{"t":21.5}')
            for copy, pause in enumerate((0, 2.5, 7.5, 17.5, 37.5)):
                network.at(at + pause, device.send, target, request, at + pause)
    network.run(620)


@situation(why="Nothing: a client that skips blocks it has, or asks again for one, is at home in lossy networks.")
def blocks_again(network):
    """A reader loses its place: it begins a resource three times, of which two are given up, and the resource changes
    meanwhile."""
    target, reader = server(network), client(network)
    for begin, count, letter in ((1, 7, b"a"), (20, 12, b"b"), (40, 20, b"c")):
        tag = (4, letter * 4)
        for index in range(count):
            asked = [(BLOCK2, block(index, False, 5))] if index else []
            network.at(begin + index / 4, lambda index=index, asked=asked, tag=tag, letter=letter: reader.ask(
                target, GET, "/log", content=bytes([65 + index]) + letter * 511, more=asked,
                answer_more=[tag, (BLOCK2, block(index, index < 19, 5))]))
    network.run(60)
