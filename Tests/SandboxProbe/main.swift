import Capture
import Glibc
import Sandbox
import SandboxActs

// SandboxProbe PLAN OWN OTHER ACT: shuts itself in with the folder OWN to write, as the sensor does (`live`), as a replay does
// (`files`) or not at all (`open`), and does one act. Says what came of it in a line: `done`, `refused NUMBER`.
//
// With a user behind the act it becomes that one. `state` is no act: it prints how it has shut itself in.

let words = CommandLine.arguments
guard words.count >= 5, ["live", "files", "open"].contains(words[1]) else {
    print("usage: SandboxProbe live|files|open OWN OTHER ACT [USER]")
    exit(64)
}
sandbox_acts_prepare()
var plan = SandboxPlan()
plan.writableFolders = [words[2]]
plan.readablePaths = ["/etc/localtime", "/sys/class/net", "/sys/devices"]
plan.opensInterfaces = words[1] == "live"
if words.count > 5 { plan.account = UserAccount(words[5]) }
var text = "open"
if words[1] != "open" {
    do throws(SandboxError) {
        let state = try Sandbox.enter(plan)
        text = ([state.text] + state.obstacles).joined(separator: "; ")
    } catch {
        print(error)
        exit(77)
    }
}
switch words[4] {
case "state": print(text)
case "capture":
    // As where an interface comes back: libpcap opens it once more.
    do throws(CaptureError) {
        let capture = try LiveCapture.open(["lo"], stop: StopSwitch())
        print(capture.counters().count == 1 ? "done" : "no counters")
    } catch { print(error) }
case "interfaces":
    let names = (try? NetworkInterface.all().map(\.name)) ?? []
    print(names.contains("lo") && names.contains("any") ? "done" : "\(names)")
default:
    switch sandbox_act(words[4], words[2], words[3]) {
    case 0: print("done")
    case let status where status < 0: print("refused \(-status)")
    default: print("no such act")
    }
}
