package io.tenancy.plugins.pack;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.HexFormat;

/** A pair of keys of Ed25519 that signs. Shows nothing of its private key. Thread-safe. */
public final class SigningKey {

    private final PluginKey publicKey;
    private final PrivateKey privateKey;

    private SigningKey(PluginKey publicKey, PrivateKey privateKey) {
        this.publicKey = publicKey;
        this.privateKey = privateKey;
    }

    /**
     * Takes a pair of Java.
     *
     * @param pair of Ed25519
     * @return the pair
     * @throws IllegalArgumentException when it is another kind of pair, or two halves of different pairs
     */
    public static SigningKey of(KeyPair pair) {
        SigningKey key = new SigningKey(PluginKey.of(pair.getPublic()), pair.getPrivate());
        byte[] trial = {1};
        if (!key.publicKey.verifies(trial, key.sign(trial))) {
            throw new IllegalArgumentException("The private key does not belong to the public key; give one pair");
        }
        return key;
    }

    /**
     * Makes a new pair.
     *
     * @return a pair that nobody else has
     */
    public static SigningKey generate() {
        try {
            return of(KeyPairGenerator.getInstance("Ed25519").generateKeyPair());
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("Every Java from 15 on has Ed25519, but this one has not", missing);
        }
    }

    /**
     * Its public half.
     *
     * @return the key that verifies
     */
    public PluginKey publicKey() {
        return publicKey;
    }

    String sign(byte[] message) {
        try {
            Signature ed25519 = Signature.getInstance("Ed25519");
            ed25519.initSign(privateKey);
            ed25519.update(message);
            return HexFormat.of().formatHex(ed25519.sign());
        } catch (GeneralSecurityException refused) {
            throw new IllegalArgumentException(
                    "The private key cannot sign with Ed25519; give a pair that KeyPairGenerator made", refused);
        }
    }

    @Override
    public String toString() {
        return "SigningKey[" + publicKey.id() + "]";
    }
}
