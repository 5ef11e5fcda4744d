"""A building: BACnet gateways, LwM2M meters, CoAP controllers with large tables, a resource directory, rooms on a lossy
radio."""

import json

from .coap_ends import (CHANGED, CONTENT_FORMAT, CREATED, DELETED, GET, LOCATION_PATH, NOT_FOUND, POST, PUT, URI_QUERY, Device,
                        Endpoint, firmware, number)
from .mqtt_broker import Broker
from .mqtt_client import Client
from .situations import situation
from .traffic import Host

LOGIN = {"username": "bms", "password": "building-7"}


def host(network, third, last, **habits):
    """A host of the building."""
    return Host(network, f"172.20.{third}.{last}", **habits)


def gateways(network, broker):
    """Four BACnet gateways: 40 points each, retained; one is restarted by its owner, one replaced by a spare with the
    same tree."""
    for index in range(4):
        def announce(client, present, index=index):
            client.publish(f"bacnet/gw{index}/status", "online", retain=True)
            for point in range(40):
                network.after(0.5 + point * 0.9, lambda point=point: client.publish(
                    f"bacnet/gw{index}/device/{1000 + point // 8}/analog-input/{point % 8}", json.dumps(
                        {"present-value": 21.0 + point / 10, "units": "degrees-celsius"}), retain=True))

        client = Client(host(network, 1, 10 + index), broker, f"bacnet-gw-{index}", **LOGIN, ready=announce, back=(2, 6), clean=False,
                        will=(f"bacnet/gw{index}/status", b"offline", 1, True), filters=[(f"bacnet/gw{index}/write/#", 1)])
        client.start(2 + index)
        for point in range(40):
            network.every(60, lambda client=client, index=index, point=point: client.publish(
                f"bacnet/gw{index}/device/{1000 + point // 8}/analog-input/{point % 8}", json.dumps(
                    {"present-value": round(network.random.uniform(18, 24), 1), "units": "degrees-celsius"}), retain=True), first=60 + point)
        if index == 1:
            network.at(200, client.vanish)
            network.at(215, client.connect)
    panel = Client(host(network, 0, 20), broker, "bms-panel", **LOGIN, version=5, filters=[("bacnet/+/device/#", 0), ("rooms/+/+", 0)],
                   back=(1, 3), properties=b"\x11\0\0\x0e\x10\x21\0\x40")
    panel.start(5)
    network.every(
    31,
    lambda: panel.publish(
        f"bacnet/gw{int(network.now) % 4}/write/1001/analog-output/2",
        "55.0",
         qos=1))


def rooms(network, broker):
    """Sixty rooms behind three access points with losses: temperature and presence, saved sessions, messages sent again
    with DUP."""
    for index in range(60):
        point = host(network, 4, 10 + index, rtt=0.09, loss=0.025, timestamps=False, mss=1220)
        client = Client(point, broker, f"room-{index:03d}", **LOGIN, clean=False, keep_alive=90, back=(2, 20),
                        will=(f"rooms/{index}/online", b"0", 1, True), filters=[(f"rooms/{index}/setpoint", 1)],
                        ready=lambda client, present, index=index: client.publish(f"rooms/{index}/online", "1", qos=1, retain=True))
        client.start(10 + index / 3)
        network.every(40, lambda client=client, index=index: client.publish(
            f"rooms/{index}/temperature", f"{network.random.uniform(19, 23):.1f}", qos=1, retain=True), first=45 + index / 2)
        if index % 6 == 0:
            def cut(client=client, index=index):
                # The answer to this one is lost with the connection: it is sent again, with DUP.
                client.publish(f"rooms/{index}/window", "open", qos=1)
                client.breaks()

            network.every(150, cut, first=100 + index)


def meters(network):
    """Thirty LwM2M meters: registration, observation, updates; firmware for two of them; one server of the building."""
    manager = Endpoint(host(network, 0, 30), token=8)
    devices = []
    for index in range(30):
        place = host(network, 6, 10 + index, rtt=0.12, loss=0.02)
        devices.append(Device(place, manager, f"urn:dev:ops:32473-EM1-{index:04d}", lifetime=180,
                              objects="</>;rt=\"oma.lwm2m\";ct=112,</1/0>,</3/0>,</5/0>,</3305/0>").live(first=5 + index, observe=45))
    network.at(300, lambda: [device.register() for device in devices[:10]])
    image = firmware(network, 30_000)
    for index in (0, 1):
        network.at(
    350 + 60 * index,
    lambda index=index: manager.write_blocks(
        devices[index],
        PUT,
        "/5/0/0",
        image,
         exponent=5))
        network.at(460 + index, lambda index=index: manager.ask(devices[index], GET, "/5/0/3", content=b"2"))
        network.at(470 + index, lambda index=index: manager.ask(devices[index], POST, "/5/0/2", answer=CHANGED))
        network.at(490 + index, devices[index].register)
    network.at(520, devices[29].leave)


def controllers(network):
    """Eight controllers that a head end reads: tables in blocks, one answer of 960 bytes a second, observations,
    OSCORE, a directory."""
    head = Endpoint(host(network, 0, 40), 41830)
    directory = Endpoint(host(network, 0, 31))
    table = json.dumps([{"row": row, "setpoint": 21.5, "schedule": "06:00-22:00"} for row in range(300)]).encode()
    for index in range(8):
        controller = Endpoint(host(network, 2, 10 + index, rtt=0.01))
        query = [(URI_QUERY, f"ep=ahu-{index}".encode()), (URI_QUERY, b"lt=600"), (URI_QUERY, b"et=ahu")]
        network.at(3 + index, lambda controller=controller, query=query: controller.ask(
            directory, POST, "/rd", b'</status>;rt="ahu.status",</table>;sz=19200,</fan>;obs', more=[(CONTENT_FORMAT, number(40)), *query],
            answer=CREATED, answer_more=[(LOCATION_PATH, b"rd"), (LOCATION_PATH, b"%d" % controller.host.ident)]))
        network.at(20 + index * 8, lambda controller=controller: head.read_blocks(controller, "/table", table))
        network.at(
    330 + index * 8,
    lambda controller=controller: head.write_blocks(
        controller,
        PUT,
        "/table",
        table,
         exponent=5))
        network.at(
    12 + index,
    lambda controller=controller: head.observe(
        controller,
        "/fan",
        lambda: b"1450",
        12,
         kind=0))
        network.every(45, lambda controller=controller: head.ask(
            controller, PUT, "/fan/setpoint", b"1500", answer=CHANGED))
        network.every(90, lambda controller=controller: head.ask(controller, GET, "/alarm/active", answer=NOT_FOUND))
        if index == 0:
            network.every(1, lambda controller=controller: head.ask(
                controller, GET, "/status", content=b"s" * 960), first=15)
        if index == 7:
            for step in range(60):
                network.at(
    30 + step * 9,
    lambda controller=controller,
    step=step: head.ask_protected(
        controller,
        40 + step,
         size=40))
    tablet = Endpoint(host(network, 5, 50, rtt=0.02), 50120)
    network.at(100, lambda: tablet.ask(directory, GET, "/rd-lookup/res", content=b",".join(
        b'<coap://172.20.2.%d/fan>;rt="ahu.fan"' % (10 + n) for n in range(8))))
    network.at(
    106,
    lambda: tablet.ask(
        Endpoint(
            host(
                network,
                2,
                10)),
                GET,
                "/.well-known/core",
                 content=b"</status>,</table>,</fan>;obs"))
    spare = Endpoint(host(network, 2, 60))
    network.at(540, lambda: spare.ask(directory, POST, "/rd", b"</fan>", more=[(URI_QUERY, b"ep=ahu-spare"), (URI_QUERY, b"lt=600")],
                                      answer=CREATED, answer_more=[(LOCATION_PATH, b"rd"), (LOCATION_PATH, b"77")]))
    network.at(590, lambda: spare.ask(directory, 4, "/rd/77", answer=DELETED))


@situation({"mqtt_credentials_in_clear": 1, "coap_lwm2m_firmware_update": 1}, {"coap_directory_lookup": 1, "coap_discovery": 1}, world=True,
           why="Passwords cross in clear: one row of the broker. Firmware is written to meters in clear: one row of "
           "the server that does it. "
           "A tablet looks into the directory and asks one controller what it has (low).")
def building(network):
    """Eleven minutes of a building: BACnet gateways, sixty rooms on a lossy radio, LwM2M meters with a firmware update,
    controllers read in blocks, observed, and one polled each second for 960 bytes, OSCORE, a resource directory; the
    broker is restarted."""
    broker = Broker(host(network, 0, 2), users={"bms": "building-7"})
    gateways(network, broker)
    rooms(network, broker)
    meters(network)
    controllers(network)
    network.at(560, broker.restart, 8)
    network.run(660)
    return {"missing": [(250.7, 253.1)]}
