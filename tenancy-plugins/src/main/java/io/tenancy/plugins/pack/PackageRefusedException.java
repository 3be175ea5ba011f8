package io.tenancy.plugins.pack;

import io.tenancy.plugins.PluginException;

/** A package, or a statement about one, is not taken. Nothing of it was used. */
public class PackageRefusedException extends PluginException {

    private static final long serialVersionUID = 1L;

    private final PackageCheck check;
    private final String found;
    private final String advice;

    /**
     * Creates the refusal.
     *
     * @param check which check failed
     * @param found what was found, as a sentence without its full stop
     * @param advice what to do, as a sentence without its full stop
     */
    public PackageRefusedException(PackageCheck check, String found, String advice) {
        super("The plugin package was refused by the check " + check + ": " + found + ". " + advice + ".");
        this.check = check;
        this.found = found;
        this.advice = advice;
    }

    /**
     * Which check failed.
     *
     * @return the first one that did
     */
    public PackageCheck check() {
        return check;
    }

    /**
     * What was found.
     *
     * @return a sentence without its full stop; text of the package in it is shortened and printable
     */
    public String found() {
        return found;
    }

    /**
     * What to do.
     *
     * @return a sentence without its full stop
     */
    public String advice() {
        return advice;
    }
}
