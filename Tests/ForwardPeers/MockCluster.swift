import CKafka
import Foundation

/// A Kafka cluster of librdkafka's own making (test.mock.num.brokers), for other processes to talk to.
struct MockCluster {
    let topic: String
    let brokers: Int32

    func run() {
        guard let cluster = kafka_cluster_new(brokers, topic, 3, min(3, brokers)) else { exit(70) }
        print(String(cString: kafka_cluster_brokers(cluster)))
        fflush(nil)
        while let line = readLine() {
            let words = line.split(separator: " ").map(String.init)
            let number = words.count > 1 ? Int32(words[1]) ?? 0 : 0
            var status: Int32 = -1
            switch words.first {
            case "down": status = kafka_cluster_set(cluster, number, 0)
            case "up": status = kafka_cluster_set(cluster, number, 1)
            case "slow": status = kafka_cluster_delay(cluster, number, Int32(words.last ?? "") ?? 0)
            // The next answers to Produce are errors: a number of Kafka's, so many times.
            case "fail": status = kafka_cluster_fail(cluster, number, Int32(words.last ?? "") ?? 1)
            default: break
            }
            print(status == 0 ? "ok" : "failed")
            fflush(nil)
        }
    }
}
