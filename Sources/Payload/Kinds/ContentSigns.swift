import Bytes
import Patterns

/// What shows a kind of content wherever it stands: expressions that are looked for in one pass.
struct ContentSign: Sendable {
    /// What a finding means.
    enum Meaning: Sendable {
        case secret(SecretKinds)
        case medical(MedicalKinds)
        case industrial(IndustrialKinds)
        case firmware(FirmwareKinds)
        case command(CommandKinds)
        case sign(SignKinds)
        /// To be checked by what stands there.
        case check(Check)
    }

    /// Findings that the expression alone does not prove.
    enum Check: Sendable {
        case jwt, bearer, addressPassword, wifiCode, wifiOrder, fhir, nmea, mapLink, script, updateAddress
        case archiveAddress, opcua
    }

    let meaning: Meaning
    let expression: String
    var options: PatternOptions = [.dotMatchesLineFeed]

    init(_ meaning: Meaning, _ expression: String, _ options: PatternOptions = [.dotMatchesLineFeed]) {
        self.meaning = meaning
        self.expression = expression
        self.options = options
    }

    private static let folded: PatternOptions = [.ignoresCase, .dotMatchesLineFeed]

    /// All of them; the number of an expression in the set is its place here.
    static let all: [ContentSign] = secrets + records + commands + traces

    private static let secrets: [ContentSign] = [
        ContentSign(.secret(.privateKey), #"-----BEGIN (?:[A-Z0-9]{1,10} ){0,3}PRIVATE KEY(?: BLOCK)?-----"#),
        ContentSign(.secret(.privateKey), #"PuTTY-User-Key-File-[1-9]:"#),
        ContentSign(
            .secret(.privateKey), #"Private_?Key["']?\s*[=:]\s*["']?[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]="#, folded),
        ContentSign(.check(.jwt), #"eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{2,}\."#),
        ContentSign(.secret(.cloudKey), #"(?:AKIA|ASIA)[A-Z0-9]{16}\b"#),
        ContentSign(.secret(.cloudKey), #"aws_?secret_?(?:access_?)?key["']?\s*[=:]\s*["']?[A-Za-z0-9/+]{40}"#, folded),
        ContentSign(.secret(.cloudKey), #"(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{16,}"#),
        ContentSign(.secret(.cloudKey), #"SharedAccessSignature\s+s[rig]g?="#),
        ContentSign(.secret(.cloudKey), #"[?&]s[vrtep]=[^\s"]+[?&]sig=[A-Za-z0-9%+/]{16,}"#),
        ContentSign(.secret(.cloudKey), #"AIza[0-9A-Za-z_-]{35}"#),
        ContentSign(.secret(.cloudKey), #"ya29\.[0-9A-Za-z_-]{16,}"#),
        ContentSign(.secret(.cloudKey), #"GOCSPX-[0-9A-Za-z_-]{16,}"#),
        ContentSign(.secret(.cloudKey), #"gh[pousr]_[A-Za-z0-9]{16,}"#),
        ContentSign(.secret(.cloudKey), #"github_pat_[A-Za-z0-9_]{16,}"#),
        ContentSign(.secret(.cloudKey), #"glpat-[A-Za-z0-9_-]{20}"#),
        ContentSign(.secret(.cloudKey), #"[0-9]{8,10}:AA[A-Za-z0-9_-]+"#),
        ContentSign(.secret(.cloudKey), #"xox[abeoprs]-[A-Za-z0-9-]{10,}"#),
        ContentSign(.secret(.cloudKey), #"hooks\.slack\.com/services/T[A-Za-z0-9]+/B[A-Za-z0-9]+/[A-Za-z0-9]+"#),
        ContentSign(.secret(.cloudKey), #"discord(?:app)?\.com/api/webhooks/[0-9]+/[A-Za-z0-9_-]{16,}"#),
        ContentSign(.secret(.cloudKey), #"webhook\.office\.com/webhookb2/[0-9a-f-]{16,}"#),
        ContentSign(.secret(.cloudKey), #"(?:sk|rk)_live_[A-Za-z0-9]{16,}"#),
        ContentSign(.secret(.cloudKey), #"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"#),
        ContentSign(.secret(.cloudKey), #"npm_[A-Za-z0-9]{36}"#),
        ContentSign(.secret(.cloudKey), #"maker\.ifttt\.com/trigger/[^/\s"]+/(?:json/)?with/key/[A-Za-z0-9_-]{16,}"#),
        ContentSign(.check(.bearer), #"bearer\s+[A-Za-z0-9._~+/=-]{12,}"#, folded),
        ContentSign(.check(.addressPassword), #"://[^\s/:@"'<>]+:[^\s/@"'<>]+@"#),
        ContentSign(
            .secret(.password),
            #"\$(?:1|2[abxy]|5|6|7|y|apr1|argon2id?|argon2i|pbkdf2[a-z0-9-]{0,12}|scrypt)\$[./A-Za-z0-9$=,+-]{16,}"#),
        ContentSign(.secret(.password), #"\{S?SHA(?:256|512)?\}[A-Za-z0-9+/]{16,}"#),
        ContentSign(.secret(.password), #"PBKDF2\$sha[0-9]{1,3}\$[0-9]+\$"#),
        ContentSign(
            .secret(.password),
            #"(?:sshpass -p ?|curl [^\n|]{0,64}-u [^\s:]+:|net user \S+ |snmp-server community |(?:password|secret) 0 )[^\s'"]{4,}"#
        ),
        ContentSign(.check(.wifiCode), #"WIFI:[TSPH]:"#),
        ContentSign(.check(.wifiOrder), #"ssid1? [^;"]+;? *(?:password1?|passphrase|psk|option key) [^\s;"]+"#, folded),
        ContentSign(
            .check(.wifiOrder), #"(?:wifi connect [^;\n]+ password |CWJAP(?:_[A-Z]{3})?=\\?"[^"]+",\\?")[^\s;]{4,}"#,
            folded),
    ]

    private static let traces: [ContentSign] = [
        ContentSign(
            .sign(.shellWords),
            #"wget (?:http|ftp)|curl (?:http|-)|/bin/(?:ba)?sh|cmd\.exe|powershell|chmod \+x|nc -e|bash -i"#, folded),
        ContentSign(.sign(.fetchAndRun), #"/bin/(?:ba|da)?sh +-[ic] "#),
        ContentSign(.sign(.fetchAndRun), #"(?:wget|curl) [^;|]+[;|&] ?(?:/bin/|sudo )?(?:ba|da)?sh(?: |$)"#),
        ContentSign(.sign(.fetchAndRun), #"(?:wget|curl|tftp) [^|]+ chmod [+0-9a-z]*[x7]"#),
        ContentSign(.sign(.httpRequest), #"^(?:GET|POST|PUT|HEAD|CONNECT) [!-~]+ HTTP/1"#),
        ContentSign(.sign(.ssh), #"^SSH-2\.0-[!-~]"#),
    ]

    private static let records: [ContentSign] = [
        ContentSign(.medical(.hl7v2), #"MSH\|\^~\\{1,2}&"#),
        ContentSign(.check(.fhir), #""resourceType"\s*:\s*""#),
        ContentSign(.medical(.fhir), #"http://hl7\.org/fhir["']"#),
        ContentSign(.medical(.dicom), #""[0-9A-Fa-f]{8}"\s*:\s*\{\s*"vr"\s*:"#),
        ContentSign(.check(.opcua), #""MessageType"\s*:\s*"ua-"#),
        ContentSign(.check(.opcua), #""DataSetWriterId"\s*:"#),
        ContentSign(.check(.nmea), #"\$(?:G[APNLBQ]|B[DI]|Q[ZN])(?:GGA|RMC|GLL|GNS),"#),
        ContentSign(.check(.nmea), #"![A-Z]{2}VD[MO],[0-9],[0-9],"#),
        ContentSign(.check(.mapLink), #"geo:-?[0-9]{1,2}(?:\.[0-9]+)?,-?[0-9]{1,3}"#),
        ContentSign(
            .check(.mapLink),
            #"(?:maps\.google|google\.[a-z.]{2,6}/maps|openstreetmap\.org|osm\.org|maps\.apple\.com|bing\.com/maps|yandex\.[a-z]{2,3}/maps|amap\.com)[^\s"]*-?[0-9]{1,2}\.[0-9]{2,}"#
        ),
        ContentSign(.industrial(.plcTelemetry), #"DB[0-9]{1,5}[.,]?\s?DB[XBWD]"#),
        ContentSign(.industrial(.plcTelemetry), #"%(?:[MIQ][XBWDL]|DB)[0-9]{1,5}"#),
        ContentSign(.industrial(.plcTelemetry), #"ns=[0-9]{1,5};[sigb]="#),
        ContentSign(
            .check(.updateAddress),
            #"(?:https?|t?ftps?|coaps?|s3|gs)://[^\s"'<>]+\.(?:bin|fw|img|hex|ota|zigbee|swu|mender|raucb|uf2|dfu|zbf|gbl|rbl|elf|upd|fwu|trx|chk|mcuboot|suit|opk|ipk|sbsfu|firmware)(?:\.gz|\.xz|\.zst|\.sig)?(?:[^a-z0-9._-]|$)"#,
            folded),
        ContentSign(
            .check(.archiveAddress),
            #"(?:https?|t?ftps?|coaps?|s3|gs)://[^\s"'<>]+\.(?:zip|tgz|tar|tar\.gz|tar\.xz|gz|deb|rpm|pkg|cbor|exe|apk|whl|jar|dat|file)(?:[^a-z0-9._-]|$)"#,
            folded),
    ]

    private static let commands: [ContentSign] = [
        ContentSign(.command(.shellOutput), #"uid=[0-9]+\([A-Za-z0-9_-]+\)\s+gid=[0-9]+"#),
        ContentSign(
            .command(.shellOutput), #"Linux \S+ [0-9]+\.[0-9]+[^\n]*(?:GNU/Linux|x86_64|armv[5-8]|aarch64|mips)"#),
        ContentSign(
            .command(.shellOutput), #"(?:^|\n|\\n)[-dlbcps](?:[r-][w-][xsStT-]){3}[.+]?\s+[0-9]+\s+\S+\s+\S+\s+[0-9]+"#),
        ContentSign(.command(.shellOutput), #"root:[x*!]:0:0:"#),
        ContentSign(.command(.shellOutput), #"Microsoft Windows \[Version "#),
        ContentSign(.command(.shellOutput), #"Windows IP Configuration"#),
        ContentSign(.command(.shellOutput), #"PID\s+TTY\s+(?:STAT\s+)?TIME"#),
        ContentSign(.command(.shellOutput), #"(?:USER\s+PID|PID\s+USER|UID\s+PID)\s+(?:%CPU|PPID|VSZ|TIME|PR)"#),
        ContentSign(
            .command(.shellOutput),
            #"(?:Filesystem\s+(?:Size|1K-blocks|1024-blocks)\s+Used| on /\S{0,64} type [a-z0-9]{2,10} \(r[wo])"#),
        ContentSign(.command(.shellOutput), #"flags=[0-9]+<[A-Z,]+>\s+mtu [0-9]+"#),
        ContentSign(.command(.shellOutput), #"[0-9]+: [a-z0-9]+: <[A-Z,_]+> mtu [0-9]+"#),
        ContentSign(
            .command(.shellOutput),
            #"(?:Link encap:(?:Ethernet|Local)|inet addr:[0-9]|Kernel IP routing table|Active Internet connections|icmp_seq=[0-9]+ ttl=)"#
        ),
        ContentSign(.command(.shellOutput), #"(?:Volume in drive|Directory of) [A-Z](?: |:)"#),
        ContentSign(.command(.shellOutput), #"Proto\s+(?:Recv-Q|Local Address)"#),
        ContentSign(
            .command(.shellOutput),
            #"(?:(?:total|Total):?\s+used\s+free\s+shared|Mem: [0-9]+K used, [0-9]+K free| up [0-9][^\n]{0,40}load average: )"#
        ),
        ContentSign(
            .command(.shellOutput),
            #"(?:sh: (?:[0-9]+: )?\S+: (?:command )?not found|(?:cat|ls|cd|rm|sh|bash): [^\n]{1,64}: (?:Permission denied|No such file or directory))"#
        ),
        ContentSign(
            .command(.shellOutput),
            #"(?:inet6? [0-9a-f.:]+/[0-9]+ (?:brd|scope) |default via [0-9a-f.:]+ dev |Loaded: loaded \(/|BusyBox v[0-9.]+ \()"#
        ),
        ContentSign(
            .command(.shellOutput),
            #"(?:BogoMIPS\s*:|MemTotal:\s+[0-9]+ kB|MAJ:MIN\s+RM\s+SIZE|CONTAINER ID\s+IMAGE|PRETTY_NAME=")"#),
        ContentSign(
            .command(.shellOutput), #"(?:tcp|udp)6?\s+[0-9]+\s+[0-9]+\s+\S+:\S+\s+\S+:\S+\s+(?:LISTEN|ESTABLISHED)"#),
        ContentSign(
            .command(.shellOutput), #"(?:^|\n)[a-z_][a-z0-9_-]{0,31}@[A-Za-z0-9.-]{1,63}:[/~]\S{0,64}[#$] [a-z]"#),
        ContentSign(.command(.shellOutput), #"Image Name\s+PID Session"#),
        ContentSign(.command(.shellOutput), #"Host Name:\s+\S+\s+OS Name:"#),
        ContentSign(.command(.shellOutput), #"Interface: [0-9.]{7,15} --- 0x"#),
        ContentSign(
            .command(.shellOutput),
            #"[0-9]{2}:[0-9]{2}:[0-9]{2} up (?:[0-9]+ days?, +)?[0-9:]+(?: min)?, +[0-9]+ users?, +load average"#),
        ContentSign(.command(.shellOutput), #"nt authority\\{1,2}(?:system|network service|local service)"#, folded),
        ContentSign(
            .command(.shellOutput),
            #"\s[0-9]+\.[0-9]\s+[0-9]+\.[0-9]\s+[0-9]+\s+[0-9]+\s+\S+\s+[SRDZTIW][A-Za-z<+]*\s+\S+\s+[0-9]+:[0-9]{2}\s"#
        ),
        ContentSign(.command(.reverseShell), #"/(?:dev|inet)/(?:tcp|udp)/[0-9A-Za-z$.{:_-]+/[0-9$]"#),
        ContentSign(
            .command(.reverseShell),
            #"(?:nc|ncat|netcat)(?:\.exe|\.traditional|\.openbsd)?\s[^\n;|]*-[a-z]{0,4}[ec]\s+['"]?(?:/bin/|cmd|sh|bash|powershell)"#
        ),
        ContentSign(.command(.reverseShell), #"mkfifo\s+\S+[^\n]*(?:nc|ncat|telnet|openssl)\s"#),
        ContentSign(.command(.reverseShell), #"socket\.socket\([^\n]*(?:dup2|subprocess|pty\.spawn|/bin/sh)"#),
        ContentSign(.command(.reverseShell), #"(?:pty\.spawn|os\.dup2)\("#),
        ContentSign(.command(.reverseShell), #"Net\.Sockets\.TCPClient"#, folded),
        ContentSign(
            .command(.reverseShell), #"fsockopen\([^\n]*(?:exec|shell_exec|proc_open|passthru|/bin/sh)"#, folded),
        ContentSign(.command(.reverseShell), #"(?:use Socket|IO::Socket)[^\n]*(?:exec|open\(STDIN|/bin/sh)"#),
        ContentSign(.command(.reverseShell), #"socat\s[^\n]*(?:exec|EXEC|system|SYSTEM):"#),
        ContentSign(.command(.reverseShell), #"TCPSocket\.(?:new|open)\([^\n]*(?:exec|/bin/sh|popen)"#),
        ContentSign(.command(.reverseShell), #"telnet\s+\S+\s+[0-9]+\s*\|\s*(?:/bin/)?(?:ba|da)?sh"#),
        ContentSign(.command(.reverseShell), #"(?:bash|sh|zsh) -i\s*(?:[0-9]?[<>]|\|)"#),
        ContentSign(.command(.reverseShell), #"child_process[^\n]*(?:net\.|\.connect\()"#),
        ContentSign(.command(.reverseShell), #"openssl s_client [^\n]*-connect [^\n]+\|"#),
        ContentSign(
            .command(.base64Shell), #"base64\s+(?:-d|-D|--decode|-di)\b[^\n]*\|?\s*(?:/bin/|sudo )?(?:ba|da|z)?sh"#),
        ContentSign(
            .command(.base64Shell), #"echo\s+['"]?[A-Za-z0-9+/=]{12,}['"]?\s*\|\s*base64\s+(?:-d|-D|--decode)"#),
        ContentSign(.command(.base64Shell), #"base64\s+(?:-d|-D|--decode)\s*<<<"#),
        ContentSign(.command(.base64Shell), #"\{echo,[A-Za-z0-9+/=]{12,}\}\|\{base64,"#),
        ContentSign(
            .command(.base64Shell), #"powershell(?:\.exe)?\s[^\n]*-e(?:nc|ncodedcommand|c)?\s+[A-Za-z0-9+/=]{16,}"#,
            folded),
        ContentSign(.command(.base64Shell), #"b64decode\(['"][A-Za-z0-9+/=]{12,}"#),
        ContentSign(
            .command(.sqlInjection),
            #"(?:['"`]\s*\)?|=[0-9]{1,9}\)?|\A[0-9]{1,9}\)?)\s*(?:or|and|\|\|)\s+\(?['"]?[a-z0-9]{1,12}['"]?\s*(?:=|like)\s*['"]?[a-z0-9%]"#,
            folded),
        ContentSign(.command(.sqlInjection), #"union\s+(?:all\s+|distinct\s+)?select\s"#, folded),
        ContentSign(
            .command(.sqlInjection), #"['";)]\s*;?\s*(?:drop|truncate|alter)\s+(?:table|database|schema)\s"#, folded),
        ContentSign(
            .command(.sqlInjection),
            #"['")]\s*;\s*(?:insert\s+into|update\s+\S+\s+set|delete\s+from|exec(?:ute)?\s|shutdown)"#, folded),
        ContentSign(
            .command(.sqlInjection),
            #"(?:and|or|select|;|,|\|\|)\s*\(?(?:select\s+)?(?:pg_)?(?:sleep|benchmark)\s*\([0-9]"#, folded),
        ContentSign(
            .command(.sqlInjection),
            #"['"]\s*(?:(?:or|and)\s+['"]{2}\s*=\s*['"]|(?:order|group)\s+by\s+[0-9]+\s*(?:--|#|/\*)|having\s+[0-9]+=[0-9])"#,
            folded),
        ContentSign(
            .command(.sqlInjection),
            #"(?:%27(?:%20|\+)*(?:or|and|union)(?:%20|\+)|['"]\|\|\(?select\s|['"]/\*\*/(?:or|and|union)/\*\*/)"#,
            folded),
        ContentSign(.command(.sqlInjection), #"waitfor\s+delay\s"#, folded),
        ContentSign(.command(.sqlInjection), #"xp_cmdshell"#, folded),
        ContentSign(.command(.sqlInjection), #"(?:extractvalue|updatexml)\s*\([^)]*(?:concat|select)"#, folded),
        ContentSign(.command(.sqlInjection), #"into\s+(?:outfile|dumpfile)\s+['"]"#, folded),
        ContentSign(.command(.sqlInjection), #"[a-z0-9]['"]\s*(?:--|#|/\*)\s*(?:["',}\s-]|$)"#, folded),
        ContentSign(.command(.templateInjection), #"\$\{(?:[^}]*:)?(?:jndi|lower|upper|env|sys|::-)[^}]*:"#, folded),
        ContentSign(.command(.templateInjection), #"\$\{jndi:"#, folded),
        ContentSign(
            .command(.templateInjection),
            #"(?:\{\{|[$#*%]\{|<%=?|@\(|\[\[)\s*['"]?[0-9]{1,9}['"]?\s*[*]\s*['"]?[0-9]{1,9}['"]?\s*(?:\}\}|\}|%>|\))"#),
        ContentSign(
            .command(.templateInjection),
            #"\{\{[^}]*(?:__[a-z]+__|\|\s*attr\(|config\s*\}|config[.\[]|settings\.|self\._|cycler\.|lipsum\.|joiner\.|namespace\.|request\.application|get_flashed_messages|popen\(|\.getClass\(|constructor\()"#
        ),
        ContentSign(.command(.templateInjection), #"\{%[^%]*(?:__[a-z]+__|popen|import os)"#),
        ContentSign(
            .command(.templateInjection), #"<%=?[^%]*(?:system|exec|`|File\.(?:open|read)|IO\.popen|Runtime|eval)"#),
        ContentSign(
            .command(.templateInjection),
            #"(?:\$|#|\*)\{[^}]*(?:T\(java|java\.lang|Runtime|getRuntime|ProcessBuilder|new java|class\.forName|freemarker)"#
        ),
        ContentSign(.command(.templateInjection), #"<#assign[^>]*Execute"#),
        ContentSign(.command(.templateInjection), #"#set\s*\(\s*\$[a-z]+\s*=[^)]*(?:class|forName)"#, folded),
        ContentSign(.check(.script), #"<script[\s>/]"#, folded),
        ContentSign(
            .check(.script),
            #"<[a-z][a-z0-9]{0,10}[\s/][^>]*\bon(?:error|load|click|mouseover|focus|toggle|begin|start|animationstart|pointerover)\s*="#,
            folded),
        ContentSign(.check(.script), #"javascript:\s*[a-z(/%]"#, folded),
        ContentSign(.check(.script), #"<iframe[\s/]"#, folded),
        ContentSign(.check(.script), #"data:text/html[;,]"#, folded),
    ]
}
