# SPDX-License-Identifier: GPL-2.0-only
# Needs the strings data (a directory) and newest (a kernel).
set terminal svg noenhanced size 900,820 font "sans-serif,13" background "white"
set multiplot layout 2,1 title "pidmap and its alternatives, ".newest
set grid xtics
set logscale x
set xrange [10:200000]
set format x "%.0f"
set xlabel "instructions for one ID or process"
set yrange [-0.6:13.6]
set tics nomirror
set style fill solid 0.6
unset key
plot data."/bars" using (10):0:(10):2:($0-0.35):($0+0.35):ytic(1) \
	with boxxyerror linecolor rgb "#4878a8", \
     "" using 2:0:(sprintf("  %.0f", $2)) with labels left
unset logscale x
set logscale xy
set xrange [80:130000]
set yrange [30:3000]
set xlabel "tasks in the namespace"
set ylabel "instructions for one ID"
set key outside right
set grid xtics ytics
plot for [i=0:4] data."/growth" index i using 1:2 with linespoints \
	linewidth 2 title columnheader(1)
