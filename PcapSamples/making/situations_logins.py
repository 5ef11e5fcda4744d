"""Situations around who logs in, how often, and with what."""

from .mqtt_broker import Broker
from .mqtt_client import Client
from .situations import after_login, crowd, hosts, situation
from .traffic import Connection, Host

CLEAR = {"mqtt_credentials_in_clear": 1}
MANY = {"mqtt_connect_flood_many_hosts": [0, 1]}
REFUSED = {"mqtt_refused_logins": [0, 4], "mqtt_stale_password": [0, 1], "mqtt_user_refused_everywhere": [0, 1],
           "mqtt_clientid_takeover": [0, 1]}
CLEAR_WHY = "One row: passwords cross this network in clear, whoever sends them."


@situation(CLEAR, MANY, names=["device-39999"], why=CLEAR_WHY + " At most one low row that so many are new.")
def many_devices_log_in(network):
    """40,000 devices log in within an hour, each with a password, say something and stay."""
    broker = Broker(Host(network, "10.20.0.2"), check=lambda client: True)
    clients = crowd(network, broker, 40_000, over=3600, username="device", password="a long password", keep_alive=7200)
    after_login(network, clients, "fleet/{}/state", b"up")
    network.run(3610)


@situation(low={"mqtt_broker_outside": 1, **MANY},
           why="One row for the broker outside, however many devices use it; one low row that so many are new.")
def vendor_broker_outside(network):
    """5,000 devices of one maker use the maker's broker outside, without a password, within ten minutes."""
    broker = Broker(Host(network, "198.51.100.20", rtt=0.03), check=lambda client: True)
    clients = crowd(network, broker, 5000, over=600, username="model-7", keep_alive=900)
    after_login(network, clients, "vendor/{}/state", b"up")
    network.run(620)


@situation(CLEAR, why=CLEAR_WHY + " Tokens that are all taken are no guesses.")
def fresh_tokens_alone(network):
    """One device comes every 55 s with a new token as its password, as those of cloud services last a minute."""
    broker = Broker(Host(network, "10.20.0.2"), check=lambda client: True)
    client = Client(Host(network, "10.20.1.1"), broker, "meter-1", username="meter", version=5,
                    password=lambda: f"eyJhbGciOiJIUzI1NiJ9.{network.random.getrandbits(128):032x}")
    client.start(1)
    network.every(55, client.disconnect, first=54)
    network.every(55, lambda: client.start(network.now), first=56)
    network.run(900)


@situation(CLEAR, why=CLEAR_WHY + " All are let in: nobody guesses.")
def fresh_tokens_behind_one_address(network):
    """40 devices behind one address log in with the same user name, each with a fresh token at each of four log-ins."""
    broker = Broker(Host(network, "10.20.0.2"), check=lambda client: True)
    router = Host(network, "10.20.1.1", rtt=0.02)
    for index in range(40):
        client = Client(router, broker, f"car-{index}", username="jwt",
                        password=lambda: f"eyJhbGciOiJFUzI1NiJ9.{network.random.getrandbits(160):040x}")
        client.start(index)
        for round in range(1, 4):
            network.at(index + 60 * round, client.disconnect)
            network.at(index + 60 * round + 5, client.start, index + 60 * round + 5)
    network.run(300)


@situation(CLEAR, MANY, why=CLEAR_WHY + " One low row for 300 new hosts within a minute; that they come back is no "
           "flood.")
def broker_restart(network):
    """300 devices are connected for a minute, the broker is restarted, and all are back within eight seconds."""
    broker = Broker(Host(network, "10.20.0.2"), check=lambda client: True)
    crowd(network, broker, 300, over=40, username="device", password="secret-4711", back=(1, 8))
    network.at(100, broker.restart, 3)
    network.run(160)


@situation(CLEAR, why=CLEAR_WHY + " That known devices come back after a restart is no flood, behind one address "
           "either.")
def broker_restart_behind_one_address(network):
    """150 devices behind one address are connected for a minute, the broker is restarted, and all are back within
    seconds."""
    broker = Broker(Host(network, "10.20.0.2"), check=lambda client: True)
    router = Host(network, "10.20.1.1", rtt=0.02)
    for index in range(150):
        Client(router, broker, f"pump-{index}", username="device", password="secret-4711", back=(4, 9),
               filters=[(f"pumps/{index}/command", 1)]).start(network.random.uniform(0, 40))
    network.at(100, broker.restart, 3)
    network.run(160)


@situation(CLEAR, REFUSED,
           why=CLEAR_WHY + " One low row of the broker: it refused everybody for a minute.")
def authentication_away(network):
    """The data base behind the broker's log-in is away for a minute: 60 devices, 30 of them behind one address, are
    refused."""
    broker = Broker(Host(network, "10.20.0.2"), check=lambda client: True)
    router = Host(network, "10.20.2.1", rtt=0.02)
    for index, host in enumerate([*hosts(network, 30), *[router] * 30]):
        client = Client(host, broker, f"unit-{index}", username="unit", password=f"own-{index}", back=(8, 12))
        client.start(index)
        network.at(700 + index / 100, client.breaks)
    network.at(699, setattr, broker, "away", True)
    network.at(760, setattr, broker, "away", False)
    network.run(880)


@situation(CLEAR, REFUSED,
           why=CLEAR_WHY + " One low row of the broker: it refused everybody for a minute, passwords that it had taken before or "
           "took afterwards.")
def authentication_away_early(network):
    """The same within a minute of the first log-ins, which the sensor has only just seen."""
    broker = Broker(Host(network, "10.20.0.2"), check=lambda client: True)
    router = Host(network, "10.20.2.1", rtt=0.02)
    for index, host in enumerate([*hosts(network, 30), *[router] * 30]):
        client = Client(host, broker, f"unit-{index}", username="unit", password=f"own-{index}", back=(8, 12))
        client.start(index)
        network.at(60 + index / 100, client.breaks)
    network.at(59, setattr, broker, "away", True)
    network.at(120, setattr, broker, "away", False)
    network.run(240)


@situation(CLEAR, REFUSED,
           why=CLEAR_WHY + " Nobody tries names: each client keeps its own.")
def authentication_away_own_names(network):
    """The same, where each of 25 devices behind one address has a user name of its own."""
    broker = Broker(Host(network, "10.20.0.2"), check=lambda client: True)
    router = Host(network, "10.20.2.1", rtt=0.02)
    for index in range(25):
        client = Client(
    router,
    broker,
    f"unit-{index}",
    username=f"unit-{index}",
    password=f"own-{index}",
    back=(
        8,
         12))
        client.start(index)
        network.at(700 + index / 100, client.breaks)
    network.at(699, setattr, broker, "away", True)
    network.at(760, setattr, broker, "away", False)
    network.run(880)


@situation(CLEAR, {"mqtt_stale_password": 1}, why=CLEAR_WHY + " One low row: a client with a stale password.")
def stale_password(network):
    """A device whose password has been changed tries every five seconds for fifteen minutes."""
    broker = Broker(Host(network, "10.20.0.2"), users={"lamp": "new-password"})
    Client(Host(network, "10.20.1.1"), broker, "lamp-3", username="lamp", password="old-password", back=(5, 5)).start(1)
    network.run(900)


@situation({"mqtt_credentials_in_clear": 1, "mqtt_default_credentials_accepted": 1},
           why="One row of the broker for the default password that it takes, one for passwords in clear.")
def default_password_of_plugs(network):
    """60 plugs log in with the name and password that they shipped with."""
    broker = Broker(Host(network, "10.20.0.2"), check=lambda client: True)
    clients = crowd(
    network,
    broker,
    60,
    over=120,
    name="DVES_{:06X}",
    username="DVES_USER",
    password="DVES_PASS",
     keep_alive=30)
    after_login(network, clients, "tele/plug{}/LWT", b"Online")
    network.run(300)


@situation({"mqtt_anonymous_accepted": 1}, names=["stranger-7", "10.20.66.6"],
           why="One row of the broker, as for the devices before it; it names the newest as well.")
def second_actor(network):
    """Ten devices have entered a broker that lets in anybody; an hour later a stranger does, behind a row that only counts."""
    broker = Broker(Host(network, "10.20.0.2"))
    crowd(network, broker, 10, over=60, keep_alive=900)
    Client(Host(network, "10.20.66.6"), broker, "stranger-7", filters=[("plant/+/state", 0)]).start(3700)
    network.run(3800)


@situation({"mqtt_anonymous_accepted": 1}, why="One row: the broker lets in anybody.")
def load_balancer_checks(network):
    """A load balancer opens and closes a TCP connection to the broker every two seconds, and some say CONNECT and
    go."""
    broker = Broker(Host(network, "10.20.0.2"))
    balancer = Host(network, "10.20.0.9", rtt=0.0005)

    def knock():
        connection = Connection(balancer, broker.host, 1883)
        network.at(connection.handshake(), lambda: connection.close(0))

    network.every(2, knock)
    for index in range(20):
        client = Client(balancer, broker, f"health-{index:04x}")
        client.start(15 * index)
        network.at(15 * index + 0.5, client.disconnect)
    network.run(600)


@situation(CLEAR, {"mqtt_clientid_takeover": [0, 1]},
           why=CLEAR_WHY + " An address that changes is no theft of a client id while the old one is gone.")
def address_changes(network):
    """Ten clients with saved sessions get a new address from DHCP, and connect again a minute later with the same
    client id."""
    broker = Broker(Host(network, "10.20.0.2"), users={"d": "pw"})
    old, new = hosts(network, 10), hosts(network, 10, "10.20.1.101")
    for index in range(10):
        options = dict(username="d", password="pw", clean=False, filters=[(f"cmd/{index}", 1)], keep_alive=30)
        first = Client(old[index], broker, f"node-{index}", **options).start(index)
        network.at(120 + 5 * index, first.vanish)
        Client(new[index], broker, f"node-{index}", **options).start(180 + 5 * index)
    network.run(400)


@situation(CLEAR, {"mqtt_clientid_takeover": [0, 1]},
           why=CLEAR_WHY + " One low row at most: the id is in use from another address for a moment; nobody fights.")
def roaming(network):
    """Eight tablets roam between access points with a router each: the same client id from another address, once a
    minute."""
    broker = Broker(Host(network, "10.20.0.2"), users={"d": "pw"})
    points = hosts(network, 4, "10.20.7.1", rtt=0.01)
    for index in range(8):
        clients = [Client(point, broker, f"tablet-{index}", username="d", password="pw", keep_alive=30,
                          filters=[("floor/+/map", 0)], tries=0) for point in points]
        for step in range(8):
            at = 5 + index * 3 + step * (70 + index)
            clients[step % 4].start(at)
            network.at(at - 0.2, clients[(step - 1) % 4].vanish)
    network.run(620)


@situation(CLEAR, {"mqtt_clientid_takeover": [0, 1]},
           why=CLEAR_WHY + " One low row at most: a handset between two cells changes its address; nothing else of "
           "the id comes back.")
def roaming_flaps(network):
    """A scanner at the edge of two radio cells changes between two addresses four times within a minute, without an end
    to the old connection, and is quiet on the old one from then on."""
    broker = Broker(Host(network, "10.20.0.2"), users={"d": "pw"})
    cells = hosts(network, 2, "10.20.7.1", rtt=0.02)
    client = Client(cells[0], broker, "scanner-14", username="d", password="pw", filters=[("pick/14", 1)]).start(2)
    network.every(3, client.publish, "pick/14/scan", b"4006381333931")

    def move():
        client.vanish()
        client.host = cells[1 - cells.index(client.host)]
        network.after(1.5, client.connect)

    for step in range(4):
        network.at(60 + 14 * step, move)
    network.run(180)


@situation(CLEAR, REFUSED,
           why=CLEAR_WHY + " Who is refused while the log-in is out of order takes nothing over and guesses "
           "nothing.")
def refused_after_roaming(network):
    """Twenty vehicles with a fresh token each log-in change their address, and are refused for half a minute before
    they are let in."""
    broker = Broker(Host(network, "10.20.0.2"), check=lambda client: True)
    doors = hosts(network, 4, "100.64.7.1", rtt=0.06)
    for index in range(20):
        client = Client(doors[index % 4], broker, f"WVWZZZ{index:011d}", version=5, username="vehicle", keep_alive=120, back=(3, 8),
                        filters=[(f"v1/{index}/command", 1)], clean=False, properties=b"\x11\0\0\x0e\x10",
                        password=lambda: f"eyJhbGciOiJFUzI1NiJ9.eyJl{network.random.getrandbits(160):040x}.x")
        client.start(index)

        def move(client=client):
            client.vanish()
            client.host = doors[(doors.index(client.host) + 1) % 4]
            network.after(2, client.connect)

        if index % 2:
            network.at(100, move)
        else:
            network.at(101, client.breaks)
    network.at(99, setattr, broker, "away", True)
    network.at(130, setattr, broker, "away", False)
    network.run(300)


@situation(CLEAR, why=CLEAR_WHY + " A newer library speaks 5.0 with other settings: no news.")
def library_update(network):
    """A client library is updated on 40 hosts: 3.1.1 before, 5.0 with another keep-alive after, from the same
    addresses."""
    broker = Broker(Host(network, "10.20.0.2"), users={"d": "pw"})
    for index, host in enumerate(hosts(network, 40)):
        before = Client(host, broker, f"app-{index}", username="d",
                        password="pw", clean=False, filters=[(f"c/{index}", 1)])
        before.start(index / 2)
        network.at(60 + index, before.disconnect)
        Client(host, broker, f"app-{index}", username="d", password="pw", version=5, keep_alive=30, clean=False,
               filters=[(f"c/{index}", 1)], properties=b"\x11\0\0\x0e\x10").start(62 + index)
    network.run(240)


@situation({"mqtt_credentials_in_clear": 2}, {"mqtt_connect_flood_many_hosts": [0, 2]},
           why="A row for each broker: passwords cross in clear. Clients that move to the second broker are expected.")
def backup_broker(network):
    """A broker fails; its 200 clients, 60 of them behind one address, go to the backup at another address."""
    first, second = Broker(
    Host(
        network, "10.20.0.2"), users={
            "d": "pw"}), Broker(
                Host(
                    network, "10.20.0.3"), users={
                        "d": "pw"})
    router = Host(network, "10.20.3.1", rtt=0.02)
    clients = []
    for index, host in enumerate([*hosts(network, 140), *[router] * 60]):
        clients.append(Client(host, first, f"c-{index}", username="d", password="pw", back=(1, 6)).start(index / 10))

    def move():
        for client in clients:
            client.broker = second

    network.at(100, first.restart, 600)
    network.at(101.5, move)
    network.run(180)


@situation(CLEAR, why=CLEAR_WHY + " Phones that sleep and wake are no flood.")
def phones_that_sleep(network):
    """Twenty phones with one app wake up every other minute behind one address, with a new random client id each
    time."""
    broker = Broker(Host(network, "10.20.0.2"), users={"app": "pw"})
    router = Host(network, "10.20.1.1", rtt=0.03, loss=0.01)
    for index in range(20):
        client = Client(router, broker, lambda: f"mqttjs_{network.random.getrandbits(32):08x}", username="app", password="pw",
                        filters=[("home/+/state", 0)], keep_alive=30)
        for wake in range(5):
            network.at(index + 120 * wake, client.start, index + 120 * wake)
            network.at(index + 120 * wake + 40, client.disconnect)
    network.run(620)
