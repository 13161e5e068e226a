<?xml version="1.0" encoding="utf-8"?>
<!--
  A page as one line of text, in which characters of the private use area stand for its structure; html.py splits it.

  E000 E001  begin and end of an element that may hold a whole report      E006  begin of a row
  E002 E003  begin and end of an element that stands around reports        E007  begin of a cell
  E004 E005  begin and end of a data table                                 E008  behind its colspan (c3) and its rowspan (r3)
  E009       end of a line                                                 E00A E00B  begin and end of raised text
  E00C E00D  begin and end of preformatted text, its tabs and spaces kept as E00E and E00F
  E00E       in a cell: a picture

  libxslt walks the page as fast as the parser makes it; the same walk in Python takes ten times as long.
  Modes: none, the flow of the page; rows, inside a table; cells, inside a row; cell, inside a cell.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:output method="text" encoding="utf-8"/>

  <!-- Never shown as text, or chosen by the reader of the page. -->
  <xsl:template match="script|style|noscript|template|head|select|textarea|svg|iframe|title"/>
  <xsl:template mode="cell" match="script|style|noscript|template|head|svg|iframe|title"/>

  <xsl:template match="article|body|div|form|main|section|td">&#xE000;<xsl:apply-templates/>&#xE001;</xsl:template>
  <xsl:template match="a|option">&#xE002;<xsl:apply-templates/>&#xE003;</xsl:template>
  <xsl:template match="nav|header|footer|aside">&#xE009;&#xE002;<xsl:apply-templates/>&#xE003;&#xE009;</xsl:template>
  <xsl:template match="address|blockquote|caption|center|dd|details|dl|dt|fieldset|figcaption|figure|h1|h2|h3|h4|h5|h6|li|ol|p|tbody|tfoot|th|thead|tr|ul">&#xE009;<xsl:apply-templates/>&#xE009;</xsl:template>
  <xsl:template match="br|hr">&#xE009;<xsl:apply-templates/></xsl:template>
  <!-- Marks of footnotes and struck figures are no digits of the figure beside them. -->
  <xsl:template match="sup|sub|s|strike|del"><xsl:text> </xsl:text><xsl:apply-templates/></xsl:template>
  <xsl:template match="pre">&#xE00C;<xsl:value-of select="translate(., '&#10;&#9; ', '&#xE009;&#xE00E;&#xE00F;')"/>&#xE00D;</xsl:template>

  <xsl:template match="table">&#xE004;<xsl:apply-templates mode="rows"/>&#xE005;</xsl:template>
  <xsl:template mode="rows" match="tr">&#xE006;<xsl:apply-templates mode="cells"/></xsl:template>
  <xsl:template mode="rows" match="table|td|th|script|style|text()"/>
  <xsl:template mode="cells" match="td|th">&#xE007;<xsl:apply-templates select="@colspan|@rowspan"/><xsl:apply-templates mode="cell"/></xsl:template>
  <xsl:template match="@colspan">c<xsl:value-of select="."/>&#xE008;</xsl:template>
  <xsl:template match="@rowspan">r<xsl:value-of select="."/>&#xE008;</xsl:template>
  <xsl:template mode="cells" match="table|script|style|text()"/>

  <xsl:template mode="cell" match="address|article|aside|blockquote|body|caption|center|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form|h1|h2|h3|h4|h5|h6|header|li|main|nav|ol|p|pre|section|table|tbody|td|tfoot|th|thead|tr|ul">&#xE009;<xsl:apply-templates mode="cell"/>&#xE009;</xsl:template>
  <!-- Tables that are filled in on the page itself show their figures in fields. -->
  <xsl:template mode="cell" match="input"><xsl:if test="not(@type) or contains(' text number ', concat(' ', translate(@type, 'ENTUMBRX', 'entumbrx'), ' '))"><xsl:text> </xsl:text><xsl:value-of select="@value"/><xsl:text> </xsl:text></xsl:if></xsl:template>
  <xsl:template mode="cell" match="select"><xsl:text> </xsl:text><xsl:choose><xsl:when test="option[@selected]"><xsl:value-of select="option[@selected][last()]"/></xsl:when><xsl:otherwise><xsl:value-of select="option[1]"/></xsl:otherwise></xsl:choose><xsl:text> </xsl:text></xsl:template>
  <xsl:template mode="cell" match="textarea"><xsl:text> </xsl:text><xsl:apply-templates mode="cell"/><xsl:text> </xsl:text></xsl:template>
  <!-- A picture may show a figure, unless it is one that only holds a place open. -->
  <xsl:template mode="cell" match="img|object|embed|canvas"><xsl:if test="not(@width and number(translate(@width, 'px', '')) &lt; 4) and not(@height and number(translate(@height, 'px', '')) &lt; 4) and not(contains(@src, 'blank')) and not(contains(@src, 'spac')) and not(contains(@src, 'pixel'))">&#xE00E;</xsl:if></xsl:template>
  <xsl:template mode="cell" match="br|hr">&#xE009;<xsl:apply-templates mode="cell"/></xsl:template>
  <xsl:template mode="cell" match="sup|sub">&#xE00A;<xsl:apply-templates mode="cell"/>&#xE00B;</xsl:template>
  <xsl:template mode="cell" match="s|strike|del"><xsl:text> </xsl:text><xsl:apply-templates mode="cell"/><xsl:text> </xsl:text></xsl:template>
</xsl:stylesheet>
