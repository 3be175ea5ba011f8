package io.tenancy.jpa.isolation.sql;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One top-level statement as tokens, without its semicolon.
 *
 * @param tokens never empty
 * @param fault why the server would refuse it, or null
 */
record SqlSegment(List<SqlToken> tokens, @Nullable String fault) {
    SqlSegment {
        tokens = List.copyOf(tokens);
    }

    int start() {
        return tokens.get(0).start();
    }

    int end() {
        return tokens.get(tokens.size() - 1).end();
    }

    /** The statements of one text that the driver is to send; {@code COPY} data in it is not understood. */
    static List<SqlSegment> ofText(SqlLexer lexer) {
        return new Cutter(lexer, false).cut();
    }

    /** The statements of a script, the data lines after {@code COPY … FROM STDIN} left out. */
    static List<SqlSegment> ofScript(SqlLexer lexer) {
        return new Cutter(lexer, true).cut();
    }

    /**
     * Cuts at semicolons outside parentheses (a rule's actions are inside) and outside {@code BEGIN ATOMIC … END}, in
     * which {@code CASE … END} nests.
     */
    private static final class Cutter {
        private final SqlLexer lexer;
        private final boolean script;
        private final List<SqlSegment> segments = new ArrayList<>();
        private final List<SqlToken> current = new ArrayList<>();
        private int parentheses;
        private int blocks;
        private boolean atomic;
        private @Nullable String structureFault;

        Cutter(SqlLexer lexer, boolean script) {
            this.lexer = lexer;
            this.script = script;
        }

        List<SqlSegment> cut() {
            for (SqlToken token = lexer.next(); token != null; token = lexer.next()) {
                if (token.isSymbol(";") && parentheses == 0 && blocks == 0) {
                    boolean copyData = script && readsStandardInput();
                    finish();
                    if (copyData) {
                        lexer.skipCopyData();
                    }
                } else {
                    follow(token);
                    current.add(token);
                }
            }
            finish();
            return List.copyOf(segments);
        }

        private void follow(SqlToken token) {
            if (token.isSymbol("(")) {
                parentheses++;
            } else if (token.isSymbol(")") && --parentheses < 0) {
                structureFault = "a closing parenthesis without its opening one";
                parentheses = 0;
            } else if (token.isSymbol(";") && blocks == 0 && !current.get(0).isWord("create")) {
                structureFault = "a semicolon inside parentheses";
            } else if (token.isWord("atomic") && last("begin") && !atomic && parentheses == 0 && createsRoutine()) {
                atomic = true;
                blocks = 1;
            } else if (token.isWord("atomic") && last("begin") && parentheses == 0 && createsRoutineLater()) {
                // The driver would read on to an END, so that it and this would count other statements.
                structureFault = "a BEGIN ATOMIC in what does not begin with CREATE FUNCTION or CREATE PROCEDURE";
            } else if (blocks > 0 && !isLabel()) {
                blocks += token.isWord("case") ? 1 : token.isWord("end") ? -1 : 0;
            }
        }

        /** After a dot or AS any keyword is a mere name. */
        private boolean isLabel() {
            SqlToken last = current.get(current.size() - 1);
            return last.isSymbol(".") || last.isWord("as");
        }

        private boolean last(String keyword) {
            return !current.isEmpty() && current.get(current.size() - 1).isWord(keyword);
        }

        private boolean createsRoutine() {
            return createsRoutine(0);
        }

        private boolean createsRoutine(int at) {
            int kind = at + (word(at + 1, "or") && word(at + 2, "replace") ? 3 : 1);
            return word(at, "create") && (word(kind, "function") || word(kind, "procedure"));
        }

        private boolean createsRoutineLater() {
            for (int i = 1; i < current.size(); i++) {
                if (createsRoutine(i)) {
                    return true;
                }
            }
            return false;
        }

        private boolean readsStandardInput() {
            if (!word(0, "copy")) {
                return false;
            }
            for (int i = 1; i < current.size(); i++) {
                if (word(i, "stdin") && word(i - 1, "from")) {
                    return true;
                }
            }
            return false;
        }

        private boolean word(int index, String keyword) {
            return index < current.size() && current.get(index).isWord(keyword);
        }

        private void finish() {
            String fault = lexer.fault() != null ? lexer.fault() : structureFault;
            if (fault == null && (parentheses > 0 || blocks > 0)) {
                fault = parentheses > 0 ? "a parenthesis that is not closed" : "a BEGIN ATOMIC that is not closed";
            }
            if (!current.isEmpty()) {
                segments.add(new SqlSegment(current, fault));
            }
            if (script) {
                lexer.clearFault();
            }
            current.clear();
            parentheses = 0;
            blocks = 0;
            atomic = false;
            structureFault = null;
        }
    }
}
