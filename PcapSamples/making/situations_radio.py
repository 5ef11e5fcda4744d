"""Situations of constrained devices: empty tokens, answers twice, OSCORE behind one address, groups, streams, sleepy
hubs."""

from .coap_ends import (ACKNOWLEDGEMENT, CHANGED, CON, CONTENT, CONTENT_FORMAT, GET, NON, OBSERVE, OSCORE, POST, PUT, RESET, Endpoint,
                        number)
from .coap_wire import message
from .situations import hosts, situation
from .situations_coap import client, server
from .traffic import Group, Host, datagram


@situation(why="Nothing: tokens may be empty, and a device that restarts counts its messages from one again.")
def empty_tokens(network):
    """Ten simple devices send their readings with empty tokens and Message IDs that start at 1 after each restart, once
    a minute."""
    target = server(network)
    for index, host in enumerate(hosts(network, 10)):
        device = Endpoint(host, 5683, token=0)
        device.token = lambda: b""
        for time in range(2, 300, 5):
            if time % 60 < 5:
                network.at(time + index / 3 - 0.01, setattr, device, "identifier", 0)
            network.at(
    time + index / 3,
    lambda device=device: device.ask(
        target,
        POST,
        "/readings",
        b"21.5;48",
         answer=CHANGED))
    network.run(310)


@situation(low={"coap_second_answer": [0, 6]},
           why="Nothing: a server without a memory answers a repeated request once more.")
def separate_answers_twice(network):
    """Simple servers on a radio with losses: the request is sent again before the late answer comes, and is answered
    twice."""
    asker = client(network, "10.20.1.1")
    for index in range(6):
        target = server(network, f"10.20.0.{60 + index}")
        for round in range(10):
            at = 2 + round * 20 + index
            token, identifier = asker.token(), asker.next_identifier()
            request = message(GET, "/slow", mid=identifier, token=token)
            for copy in (0, 2.3):
                network.at(at + copy, asker.send, target, request, at + copy)
                network.at(
    at + copy,
    target.send,
    asker,
    message(
        0,
        kind=ACKNOWLEDGEMENT,
        mid=identifier),
         at + copy + 0.05)
                own = target.next_identifier()
                reply = message(CONTENT, kind=CON, mid=own, token=token, payload=b"21.5")
                network.at(at + copy, target.send, asker, reply, at + copy + 3)
                kind = ACKNOWLEDGEMENT if copy == 0 else RESET
                network.at(at + copy, asker.send, target, message(0, kind=kind, mid=own), at + copy + 3.01)
    network.run(220)


@situation(why="Nothing: a protected message that is sent again carries the number that it had.")
def oscore_with_losses(network):
    """Eight devices speak OSCORE on a radio with losses: requests and answers are sent again, as CoAP does."""
    target = server(network)
    for index, host in enumerate(hosts(network, 8, rtt=0.1, loss=0.15)):
        device = Endpoint(host, 5683)
        for step in range(40):
            network.at(2 + step * 7 + index, lambda device=device, step=step, index=index: device.ask_protected(
                target, 100 + step, sender=bytes([index + 1])))
    network.run(300)


@situation(why="Nothing: each device has a context of its own, whatever the address.")
def oscore_behind_one_address(network):
    """Ten devices behind one address speak OSCORE with one server, each with the Sender ID 01 of its own context, from
    its own port."""
    target = server(network)
    router = Host(network, "10.20.1.1", rtt=0.05)
    for index in range(10):
        device = Endpoint(router, 40000 + index)
        for step in range(30):
            network.at(
    2 + step * 5 + index / 4,
    lambda device=device,
    step=step: device.ask_protected(
        target,
         1 + step))
    network.run(160)


@situation(why="Nothing: the server asked for a fresh start; the device goes on with a new number.")
def oscore_device_restarts(network):
    """A device that lost its sequence number begins at nought again; the server challenges it with Echo inside, and
    they go on."""
    target = server(network)
    device = Endpoint(Host(network, "10.20.1.1"), 5683)
    for start in (2, 100, 200):
        for step in range(15):
            value = bytes([0x19, step]) + b"\x08" + start.to_bytes(8, "big") + b"\x01"
            network.at(start + step * 4, lambda value=value: device.ask(
                target, POST, "", network.random.randbytes(30), answer=CHANGED, content=network.random.randbytes(33),
                more=[(OSCORE, value)], answer_more=[(OSCORE, b"")]))
    network.run(280)


@situation(low={"coap_notification_flood": [0, 1]},
           why="Nothing: a vibration sensor that was asked to stream does.")
def fast_notifications(network):
    """A vibration sensor sends its observer 25 notifications a second for a minute, non-confirmable but for every
    twentieth."""
    sensor, watcher = server(network), client(network)
    network.at(
    1,
    lambda: watcher.observe(
        sensor,
        "/vibration",
        lambda: network.random.randbytes(64),
        0.04,
        until=61,
         jitter=0.01))
    network.run(65)


@situation(low={"coap_multicast_amplification": [0, 1]},
           why="Nothing: 160 lamps of a group answer one question, once.")
def large_group(network):
    """A lighting controller asks the group of 160 lamps for their state by multicast, four times an hour; each answers
    within ten seconds."""
    controller = client(network)
    lamps = [server(network, f"10.20.{2 + index // 80}.{index % 80 + 1}") for index in range(160)]
    for round in range(3):
        at = 5 + 60 * round
        token = controller.token()
        request = message(GET, "/lamp/state", kind=NON, mid=controller.next_identifier(), token=token)
        datagram(network, at, controller.host, controller.port, Group("224.0.1.187"), 5683, request)
        for lamp in lamps:
            reply = message(CONTENT, kind=NON, mid=lamp.next_identifier(), token=token, payload=b'{"on":1,"dim":80}')
            network.at(at, lamp.send, controller, reply, at + 0.05 + network.random.random() * 8)
    network.run(140)


@situation(why="Nothing: a mirror that doubles shows ten copies where a device sent five.")
def server_away_doubled(network):
    """A server is away, devices send each reading five times as RFC 7252 says, and the mirror shows every datagram
    twice."""
    target = server(network)
    for index, host in enumerate(hosts(network, 8)):
        device = Endpoint(host)
        for attempt in range(3):
            at = 1 + index + attempt * 110
            request = message(POST, "/data", mid=device.next_identifier(), token=device.token(), payload=b'{"t":21.5}')
            for pause in (0, 2.5, 7.5, 17.5, 37.5):
                network.at(at + pause, device.send, target, request, at + pause)
    network.run(330)
    return {"twice": True}


@situation(low={"coap_discovery": [1, 12], "coap_discovery_sweep": [0, 1]},
           why="A low row a device that is asked; a hub that looks at its devices when "
           "it starts is no sweep.")
def hub_discovers_devices(network):
    """A hub starts and asks each of its twelve devices what it has, one after another, then observes one resource of
    each."""
    hub = client(network, "10.20.0.5")
    for index in range(12):
        device = server(network, f"10.20.2.{index + 1}")
        network.at(2 + index / 2, lambda device=device: hub.ask(
            device, GET, "/.well-known/core", content=b"</temp>;obs,</light>", answer_more=[(CONTENT_FORMAT, number(40))]))
        network.at(10 + index, lambda device=device: hub.observe(device, "/temp", lambda: b"21.5", 15))
    network.run(120)


@situation(why="Nothing: observers that leave say so by a reset, by a deregistration, or not at all.")
def observers_leave(network):
    """Twenty observers come and go at one server: by RST to a notification, by Observe 1, by a new registration with
    the same token."""
    target = server(network)
    for index, host in enumerate(hosts(network, 20)):
        watcher = Endpoint(host, 40000)
        token = bytes([index, 7])
        for time in (2, 60, 118):
            network.at(time + index, lambda watcher=watcher, token=token: watcher.ask(
                target, GET, "/co2", content=b"412", more=[(OBSERVE, b"")], answer_more=[(OBSERVE, b"\x05")], token=token))
            for step in range(1, 8):
                at = time + index + step * 5
                own = target.next_identifier()
                note = message(CONTENT, kind=CON if step == 7 else NON, mid=own, token=token,
                               payload=b"413", more=[(OBSERVE, number(5 + step))])
                network.at(at, target.send, watcher, note, at)
                if step == 7 and index % 2:
                    network.at(at, watcher.send, target, message(0, kind=RESET, mid=own), at + 0.005)
                elif step == 7:
                    network.at(at, watcher.send, target, message(0, kind=ACKNOWLEDGEMENT, mid=own), at + 0.005)
                    network.at(at + 1, lambda watcher=watcher, token=token: watcher.ask(
                        target, GET, "/co2", content=b"413", more=[(OBSERVE, b"\x01")], token=token))
    network.run(200)


@situation(why="Nothing: a write that is sent again because its answer was lost is one write.")
def commands_with_losses(network):
    """A controller sets forty lamps on a poor radio: PUTs and their answers are lost and sent again, up to three
    times."""
    controller = client(network, "10.20.0.5")
    controller.host.loss = 0.25
    for index in range(40):
        lamp = server(network, f"10.20.2.{index + 1}")
        for time in (2, 80):
            network.at(time + index, lambda lamp=lamp: controller.ask(lamp, PUT, "/light", b"1", answer=CHANGED))
    network.run(140)
