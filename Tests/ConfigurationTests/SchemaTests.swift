import AgentConfiguration
import ConfigurationSyntax
import DirectorConfiguration
import Foundation
import Testing

/// The schemas know the same keys as the programs: the programs list theirs when they meet a key that they do not know.
@Suite struct SchemaTests {
    typealias Object = [String: Any]

    private func schema(_ name: String) throws -> Object {
        let url = Files.repository.appending(path: "deploy/schema/\(name).schema.json")
        return try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? Object)
    }

    private func object(_ schema: Object, at path: [String]) throws -> Object {
        var current = schema
        for key in path {
            let properties = try #require(current["properties"] as? Object)
            current = try #require(properties[key] as? Object)
            if let items = current["items"] as? Object { current = items }
            if current["properties"] == nil, let choices = current["oneOf"] as? [Object] {
                current = try #require(choices.last)
            }
        }
        return current
    }

    private func keys(_ text: String, isAgent: Bool = false) throws -> Set<String> {
        let source = Source(name: isAgent ? "agent" : "director", text: text)
        let message = try #require(
            BrokenConfigurationTests.diagnostics(of: source).map(\.text).first {
                $0.contains("has no key \"qqq\"; it takes ")
            }
        )
        let list = try #require(message.components(separatedBy: "it takes ").last)
        return Set(list.components(separatedBy: ", "))
    }

    @Test(arguments: [
        ("qqq: 1", []),
        ("connection_sync: {qqq: 1}", ["connection_sync"]),
        ("peer: {qqq: 1}", ["peer"]),
        ("virtual_routers: [{qqq: 1}]", ["virtual_routers"]),
        ("virtual_routers: [{authentication: {qqq: 1}}]", ["virtual_routers", "authentication"]),
        ("virtual_routers: [{hmac: {qqq: 1}}]", ["virtual_routers", "hmac"]),
        ("virtual_routers: [{hmac: {keys: [{qqq: 1}]}}]", ["virtual_routers", "hmac", "keys"]),
        ("virtual_routers: [{track: [{qqq: 1}]}]", ["virtual_routers", "track"]),
        ("real_servers: [{qqq: 1}]", ["real_servers"]),
        ("real_servers: [{agent: {qqq: 1}}]", ["real_servers", "agent"]),
        ("services: [{qqq: 1}]", ["services"]),
        ("services: [{check: {qqq: 1}}]", ["services", "check"]),
        ("services: [{check: {exchange: {qqq: 1}}}]", ["services", "check", "exchange"]),
        ("services: [{check: {type: http, http: {qqq: 1}}}]", ["services", "check", "http"]),
        ("services: [{check: {type: tls, tls: {qqq: 1}}}]", ["services", "check", "tls"]),
        ("services: [{check: {type: dns, dns: {qqq: 1}}}]", ["services", "check", "dns"]),
        ("services: [{real_servers: [{qqq: 1}]}]", ["services", "real_servers"]),
        ("services: [{backup_servers: [{qqq: 1}]}]", ["services", "backup_servers"]),
        ("services: [{sorry_servers: [{qqq: 1}]}]", ["services", "sorry_servers"]),
        ("services: [{quorum: {qqq: 1}}]", ["services", "quorum"]),
        ("services: [{fail_open: {qqq: 1}}]", ["services", "fail_open"]),
        ("services: [{slow_start: {qqq: 1}}]", ["services", "slow_start"]),
        ("services: [{hold_down: {qqq: 1}}]", ["services", "hold_down"]),
    ])
    func `the director's schema has the director's keys`(text: String, path: [String]) throws {
        let properties = try #require(try object(schema("director"), at: path)["properties"] as? Object)
        #expect(Set(properties.keys) == (try keys(text)))
    }

    @Test(arguments: [
        ("qqq: 1", []), ("directors: [{qqq: 1}]", ["directors"]), ("agent_check: {qqq: 1}", ["agent_check"]),
        ("checks: [{qqq: 1}]", ["checks"]), ("capacity: {qqq: 1}", ["capacity"]),
        ("capacity: {gauges: [{qqq: 1}]}", ["capacity", "gauges"]),
        ("capacity: {gauges: [{type: http, http: {qqq: 1}}]}", ["capacity", "gauges", "http"]),
        ("checks: [{type: http, http: {qqq: 1}}]", ["checks", "http"]),
    ])
    func `the agent's schema has the agent's keys`(text: String, path: [String]) throws {
        let properties = try #require(try object(schema("agent"), at: path)["properties"] as? Object)
        #expect(Set(properties.keys) == (try keys(text, isAgent: true)))
    }

    @Test(arguments: ["director", "agent"])
    func `every key is described in the manual`(name: String) throws {
        let url = Files.repository.appending(path: "deploy/man/tandem-\(name).yaml.5")
        let manual = try String(contentsOf: url, encoding: .utf8).replacing("\\-", with: "-")
        func visit(_ schema: Object) {
            for (key, value) in schema["properties"] as? Object ?? [:] {
                #expect(manual.contains(".B \(key)\n") || manual.contains(".B \(key)"), "\(key)")
                guard let inner = value as? Object else { continue }
                visit(inner["items"] as? Object ?? inner)
            }
        }
        visit(try schema(name))
    }
}
