import './trusted-types';
import './app.css';
import './router';
import { mount } from 'svelte';
import App from './App.svelte';
import { session } from '$lib/state/session.svelte';
import { startApplication } from './start';

const target = document.getElementById('app');
if (target === null) throw new Error('index.html has no #app');
await session.load();
mount(App, { target });
startApplication();
