#!/usr/bin/env node
import './supported-node';
import './run';
