/// Placeholder.
package enum Netlink {}
