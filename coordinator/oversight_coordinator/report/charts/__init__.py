"""Charts: what a chart shows in, a drawing for the page out.

    limits    the arithmetic of a funnel plot
    funnels   a funnel plot: authorities' shares against their denominators
    bars      bars with intervals: few authorities, ratios, medians; the parts of one whole
    stacks    stacked bars: a distribution, authority by authority
    drawing   the look that all share; from Vega-Lite to SVG that stands in the page

Rules kept here:

1. A chart is one SVG, 360 units wide, whatever the screen: at a telephone's width its letters are
   still read, and nothing is cut off.
2. Nothing depends on the fonts of the machine: all positions are set, none is measured.
3. Colour never says what position, form or words do not say too.
4. Charts are Vega-Lite as plain data; the renderer is imported when the first one is drawn
   (docs/adr/0010-charts.md).
"""
