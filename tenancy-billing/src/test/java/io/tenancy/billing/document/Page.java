package io.tenancy.billing.document;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** A document as an XML parser reads it. */
record Page(Document document) {

    static Page of(String xhtml) {
        try {
            return new Page(DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new InputSource(new StringReader(xhtml))));
        } catch (Exception malformed) {
            throw new AssertionError("This is no XML: " + xhtml, malformed);
        }
    }

    /** What is at a path, white space collapsed as a browser does. */
    List<String> texts(String path) {
        return nodes(path).stream().map(Page::text).toList();
    }

    /** The cells of rows, with bars between them. */
    List<String> rows(String path) {
        return nodes(path).stream()
                .map(row -> {
                    List<String> cells = new ArrayList<>();
                    for (Node cell = row.getFirstChild(); cell != null; cell = cell.getNextSibling()) {
                        if (cell.getNodeType() == Node.ELEMENT_NODE) {
                            cells.add(text(cell));
                        }
                    }
                    return String.join("|", cells);
                })
                .toList();
    }

    List<String> elements() {
        return nodes("//*").stream().map(Node::getNodeName).toList();
    }

    private static String text(Node node) {
        return node.getTextContent().replaceAll("[ \n]+", " ").strip();
    }

    private List<Node> nodes(String path) {
        try {
            NodeList found =
                    (NodeList) XPathFactory.newInstance().newXPath().evaluate(path, document, XPathConstants.NODESET);
            List<Node> nodes = new ArrayList<>();
            for (int i = 0; i < found.getLength(); i++) {
                nodes.add(found.item(i));
            }
            return nodes;
        } catch (XPathExpressionException malformed) {
            throw new IllegalArgumentException(path, malformed);
        }
    }
}
