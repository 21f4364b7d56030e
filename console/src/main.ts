import "@fontsource/b612/latin-400.css";
import "@fontsource/b612/latin-700.css";
import "./app.css";
import { mount } from "svelte";
import App from "./App.svelte";

mount(App, { target: document.getElementById("app")! });
