/// What is typed at common switches, with names of ports to be put in.
///
/// For those that are set up in a browser the place is named. Menus differ by version; the words are those of the
/// makers.
enum SwitchCommands {
    /// Mirrors what enters and what leaves a port.
    static let bothDirections = [
        "    Cisco IOS       monitor session 1 source interface Gi1/0/5 both",
        "    Hirschmann      Diagnostics > Ports > Port Mirroring: source port, both RX and TX",
        "    Moxa            Diagnostics > Port Mirroring: monitored port, direction 'Bi-directional'",
        "    MikroTik        /interface/ethernet/switch/port set ether5 mirror-ingress=yes mirror-egress=yes",
        "    Open vSwitch    ovs-vsctl -- --id=@p get port PORT -- set mirror span select-src-port=@p "
            + "select-dst-port=@p",
        "    Linux, tc       tc qdisc add dev PORT clsact; for both of ingress and egress:",
        "                    tc filter add dev PORT ingress matchall action mirred egress mirror dev MONITOR",
    ]

    /// Makes a mirror where there is none.
    static let newMirror = [
        "    Cisco IOS       monitor session 1 source interface Gi1/0/1 - 24 both",
        "                    monitor session 1 destination interface Gi1/0/48 encapsulation replicate",
        "    Hirschmann      Diagnostics > Ports > Port Mirroring: sources, destination port, Operation on",
        "    Moxa            Diagnostics > Port Mirroring: monitored ports, mirror port",
        "    MikroTik        /interface/ethernet/switch set switch1 mirror-target=ether24",
        "                    /interface/ethernet/switch/port set ether1,ether2 mirror-ingress=yes mirror-egress=yes",
        "    Open vSwitch    ovs-vsctl -- --id=@m get port MONITOR -- --id=@n create mirror name=span select-all=true "
            + "output-port=@m -- set bridge BRIDGE mirrors=@n",
        "    Linux, tc       tc qdisc add dev PORT clsact; for both of ingress and egress:",
        "                    tc filter add dev PORT ingress matchall action mirred egress mirror dev MONITOR",
    ]

    /// Keeps the tags that frames have on the wire.
    static let keepTags = [
        "    Cisco IOS       monitor session 1 destination interface Gi1/0/48 encapsulation replicate",
        "    Hirschmann, Moxa  mirror trunk ports, or access ports, not one of each; destination port: tagged in "
            + "all VLANs",
        "    MikroTik        mirror before the bridge retags: on the trunk port, mirror-ingress=yes mirror-egress=yes",
        "    Open vSwitch    mirror to an output-port without 'tag=' (it is then a trunk)",
        "    Linux           ethtool -K MONITOR rxvlan off txvlan off",
    ]

    /// Sends whole frames.
    static let wholeFrames = [
        "    Cisco IOS XE    no mtu below 'monitor session 1 type erspan-source'; without it frames are whole",
        "    Cisco NX-OS     monitor session 1: no mtu (it truncates)",
        "    Arista          no monitor session NAME truncate",
        "    Open vSwitch    ovs-vsctl remove mirror NAME snaplen ...",
        "    Everywhere      where the mirror goes through a tunnel (ERSPAN, GRE, VXLAN), its path needs an MTU of "
            + "50 to 60 "
            + "bytes more",
    ]

    /// Mirrors each frame once.
    static let once = [
        "    Cisco IOS       monitor session 1 source interface Gi1/0/1 - 24 rx      (of all ports), or",
        "                    monitor session 1 source interface Gi1/0/24 both        (of the uplink alone)",
        "    Hirschmann, Moxa  all ports: RX only; or the uplink alone: both",
        "    MikroTik        mirror-ingress=yes mirror-egress=no on all ports",
        "    Open vSwitch    select-src-port only, or select-all=true without the others",
    ]
}
