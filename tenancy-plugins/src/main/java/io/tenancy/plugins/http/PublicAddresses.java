package io.tenancy.plugins.http;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;

/**
 * Tells addresses that anybody on the internet reaches from those that lead inside: this machine, its network, a cloud's
 * metadata service. After the registries of special-purpose addresses of IANA (RFC 6890 and its updates).
 */
final class PublicAddresses {

    private static final int[][] SPECIAL_V4 = {
        {0, 0, 0, 0, 8}, // this network
        {10, 0, 0, 0, 8}, // private
        {100, 64, 0, 0, 10}, // carriers' shared space
        {127, 0, 0, 0, 8}, // this machine
        {169, 254, 0, 0, 16}, // link-local, with metadata services of clouds
        {172, 16, 0, 0, 12}, // private
        {192, 0, 0, 0, 24}, // protocol assignments
        {192, 0, 2, 0, 24}, // documentation
        {192, 88, 99, 0, 24}, // relays of 6to4
        {192, 168, 0, 0, 16}, // private
        {198, 18, 0, 0, 15}, // benchmarks
        {198, 51, 100, 0, 24}, // documentation
        {203, 0, 113, 0, 24}, // documentation
        {224, 0, 0, 0, 3} // multicast, reserved, broadcast
    };

    private PublicAddresses() {}

    static boolean contains(InetAddress address) {
        if (address instanceof Inet4Address) {
            return isPublicV4(address.getAddress());
        }
        return address instanceof Inet6Address && isPublicV6(address.getAddress());
    }

    private static boolean isPublicV4(byte[] bytes) {
        int address = word(bytes[0], bytes[1], bytes[2], bytes[3]);
        for (int[] special : SPECIAL_V4) {
            int network = word((byte) special[0], (byte) special[1], (byte) special[2], (byte) special[3]);
            int mask = -1 << (Integer.SIZE - special[4]);
            if ((address & mask) == network) {
                return false;
            }
        }
        return true;
    }

    private static int word(byte a, byte b, byte c, byte d) {
        return (a & 0xFF) << 24 | (b & 0xFF) << 16 | (c & 0xFF) << 8 | (d & 0xFF);
    }

    /** Only 2000::/3 is given to the public; of that, what carries an IPv4 address inside, or is set aside, is not. */
    private static boolean isPublicV6(byte[] bytes) {
        boolean global = (bytes[0] & 0xE0) == 0x20;
        boolean teredoAndAssignments = bytes[0] == 0x20 && bytes[1] == 0x01 && (bytes[2] & 0xFE) == 0x00;
        boolean documentation = bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0x0D && bytes[3] == (byte) 0xB8;
        boolean documentationToo = bytes[0] == 0x3F && bytes[1] == (byte) 0xFF && (bytes[2] & 0xF0) == 0;
        boolean sixToFour = bytes[0] == 0x20 && bytes[1] == 0x02;
        return global && !teredoAndAssignments && !documentation && !documentationToo && !sixToFour;
    }
}
