import Primitives

/// The story for a person: the cluster starts, answers, and loses one thing after another.
enum Demo {
    /// Plays the story; true when everything came out as promised.
    static func play(_ cluster: Cluster, _ narrator: Narrator) throws -> Bool {
        narrator.tell(
            "Two directors, three web nodes and a client, each a network namespace on one bridge."
        )
        narrator.tell("Starting nginx, the agents and the directors ...")
        let began = now()
        try cluster.start(.tandem)
        try cluster.settle(.seconds(60))
        narrator.tell("The cluster is up and settled after \(rounded((now() - began).seconds)) s.\n")
        let status = try cluster.directorCommand(
            cluster.directors[0],
            "status",
            "--socket",
            cluster.socket(cluster.directors[0])
        )
        narrator.tell(status.text)
        let servers = try (0..<12).map { _ in try cluster.probe().server ?? "lost" }
        narrator.tell(
            "12 requests to http://\(cluster.virtualEndpoint)/: \(servers.joined(separator: " "))"
        )
        let alternates = Set(servers) == Set(cluster.realServers.map(\.name))
        if !alternates { narrator.tell("    ✗ not every web node answered") }
        let story: [Scenario] = [
            .webKill, .webUnplug, .vipDeleted, .arpIgnoreReset, .directorStop, .directorPowerOff,
            .wrongNodeControl, .webNodesSilent,
        ]
        let passed = Runner(cluster, narrator, repetitions: 1).play(story)
        narrator.tell("")
        if passed && alternates && status.status == 0 {
            narrator.tell("Verdict: everything came back by itself, within its bounds.")
            return true
        }
        narrator.tell("Verdict: not everything came out as promised; see the lines marked ✗.")
        return false
    }
}
